// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Both sessions over a hostile line. The input is a program: a role, then steps of an operation
// octet, a length (2 octets) and octets. The crypto engine enciphers nothing and believes every
// tag, so that the fuzzer gets behind the ciphering.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/dlms/client.hpp"
#include "protocol/dlms/server.hpp"

namespace {

using namespace protocol;
using namespace protocol::dlms;

constexpr std::uint16_t kPdu_octets = 200;

class OpenEngine final : public crypto::Engine {
 public:
  bool gcm_seal(const crypto::Key128&, Bytes, Bytes, Bytes in, MutableBytes out,
                MutableBytes tag) override {
    if (!in.empty()) std::memmove(out.data(), in.data(), in.size());
    std::fill(tag.begin(), tag.end(), std::uint8_t{0});
    return true;
  }
  bool gcm_open(const crypto::Key128&, Bytes, Bytes, Bytes in, Bytes, MutableBytes out) override {
    if (!in.empty()) std::memmove(out.data(), in.data(), in.size());
    return true;
  }
  bool wrap(const crypto::Key128&, Bytes, MutableBytes) override { return false; }
  bool unwrap(const crypto::Key128&, Bytes, MutableBytes) override { return false; }
  void random(MutableBytes out) override {
    for (std::uint8_t& octet : out) octet = ++drawn_;
  }

 private:
  std::uint8_t drawn_ = 0;
};

// Values of as many octets as the last octet of the instance says, times 8.
class AnyApplication final : public Application {
 public:
  cosem::AccessResult get(Sap, const cosem::Attribute& attribute, const cosem::Selection&,
                          std::size_t offset, Writer& out, bool& more) override {
    const std::size_t total = std::size_t{attribute.instance.octets[5]} * 8;
    const std::size_t n = std::min(out.space(), total - std::min(total, offset));
    for (std::size_t i = 0; i < n; ++i) out.u8(0x11);
    more = offset + n < total;
    return attribute.index == 0 ? cosem::AccessResult::object_undefined
                                : cosem::AccessResult::success;
  }
  // A value that came in blocks may be cut, or go on: that is the application's to refuse.
  cosem::AccessResult set(Sap, const cosem::Attribute&, Bytes value) override {
    return axdr::is_one_value(value) ? cosem::AccessResult::success
                                     : cosem::AccessResult::type_unmatched;
  }
  cosem::AccessResult action(Sap, const cosem::Method& method, Bytes parameter,
                             Writer& out) override {
    if (!parameter.empty() && !axdr::is_one_value(parameter)) std::abort();
    for (std::size_t n = std::size_t{method.instance.octets[5]} * 8; n-- > 0;) out.u8(0x11);
    return cosem::AccessResult::success;
  }
  void served(Sap, Service, std::size_t) override {}
  std::uint32_t next_invocation_counter() override { return ++counter_; }
  bool accept_invocation_counter(Sap, std::uint32_t) override { return true; }

 private:
  std::uint32_t counter_ = 0;
};

constexpr std::array<ClientRole, 5> kRoles{{{16, Authentication::none, false, false},
                                            {2, Authentication::lls, false, false},
                                            {1, Authentication::hls5_gmac, true, false},
                                            {102, Authentication::none, true, true},
                                            {7, Authentication::hls5_gmac, false, false}}};

class Line {
 public:
  explicit Line(const ClientRole& role)
      : server_(role, &join_), client_(config(role), engine_, work_) {
    identity_.system_title = {1, 2, 3, 4, 5, 6, 7, 8};
    identity_.max_pdu_octets = kPdu_octets;
  }
  void to_server(Bytes apdu) {
    Writer reply(reply_);
    server_.on_apdu(apdu, identity_, application_, engine_, scratch_, reply);
    if (!reply.ok()) std::abort();
    answered_ = reply.size();
  }
  void to_client(Bytes apdu) {
    const ClientEvent event = client_.on_apdu(apdu);
    sent_.assign(event.send.begin(), event.send.end());
  }
  void request(std::uint8_t what, Bytes octets) {
    const cosem::Attribute attribute{cosem::classes::Data::kId, cosem::obis(0, 0, 1, 0, 0, what),
                                     2};
    Result<Bytes> apdu = Error::wrong_state;
    switch (what % 5) {
      case 0:
        apdu = client_.associate();
        break;
      case 1:
        apdu = client_.get(attribute);
        break;
      case 2:
        apdu = client_.set(attribute, octets);
        break;
      case 3:
        apdu = client_.action({attribute.class_id, attribute.instance, 1}, octets);
        break;
      case 4:
        apdu = client_.release();
        break;
    }
    if (apdu) sent_.assign(apdu->begin(), apdu->end());
  }
  // What the client sent goes to the server and the answer back, a few times.
  void exchange() {
    for (int i = 0; i < 8 && !sent_.empty(); ++i) {
      to_server(sent_);
      to_client(Bytes(reply_).first(answered_));
    }
  }

 private:
  static ClientConfig config(const ClientRole& role) {
    ClientConfig config;
    config.client_sap = role.sap;
    config.authentication = role.authentication;
    config.ciphered = role.ciphered;
    config.system_title = {9};
    config.max_pdu_octets = kPdu_octets;
    return config;
  }
  OpenEngine engine_;
  AnyApplication application_;
  ServerIdentity identity_;
  std::array<std::uint8_t, 1000> join_memory_{};
  std::array<std::uint8_t, 3 * kPdu_octets> work_{};
  std::array<std::uint8_t, 512> reply_{}, scratch_{};
  JoinBuffer join_{join_memory_};
  ServerSession server_;
  ClientSession client_;
  std::vector<std::uint8_t> sent_;
  std::size_t answered_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader in(Bytes(data, size));
  Line line(kRoles[in.u8() % kRoles.size()]);
  while (in.remaining() > 0) {
    const std::uint8_t operation = in.u8();
    const std::size_t octets = std::min<std::size_t>(in.u16(), in.remaining());
    const Bytes step = in.take(octets);
    switch (operation % 4) {
      case 0:
        line.to_server(step);
        break;
      case 1:
        line.to_client(step);
        break;
      case 2:
        line.request(operation / 4, step);
        break;
      case 3:
        line.exchange();
        break;
    }
  }
  return 0;
}
