// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <utility>

#include "protocol/hdlc/primary.hpp"
#include "protocol/hdlc/secondary.hpp"
#include "tests/unit/protocol/hdlc/octets.hpp"

namespace protocol::hdlc::test {

inline constexpr std::size_t kBufferOctets = 2048;

// A meter that answers what `answer` says and hands out `pushes` when polled.
class MeterEnd final : public SecondaryOwner {
 public:
  MeterEnd(const SecondaryConfig& config, std::size_t n_links, std::size_t n_buffers)
      : links(n_links), buffers(n_buffers, Octets(kBufferOctets)), secondary(config, links, *this) {
    for (Octets& buffer : buffers) free.push_back(buffer);
  }

  void send_frame(Bytes frame) override { sent.push_back(copy(frame)); }
  void on_request(std::uint16_t client, Bytes apdu, Writer& reply) override {
    requests.emplace_back(client, copy(apdu));
    reply.bytes(answer(copy(apdu)));
  }
  void on_poll(std::uint16_t, Writer& push) override {
    ++polls;
    if (!pushes.empty()) push.bytes(pushes.front());
  }
  void on_delivered(std::uint16_t client) override {
    delivered.push_back(client);
    if (client == 102 && !pushes.empty()) pushes.pop_front();
  }
  void on_opened(std::uint16_t client) override { opened.push_back(client); }
  void on_closed(std::uint16_t client, LinkEnd why) override { closed.emplace_back(client, why); }
  void on_unconfirmed(std::uint16_t client, Bytes apdu) override {
    unconfirmed.emplace_back(client, copy(apdu));
  }
  MutableBytes take_buffer() override {
    if (free.empty()) return {};
    const MutableBytes buffer = free.back();
    free.pop_back();
    return buffer;
  }
  void give_buffer(MutableBytes buffer) override { free.push_back(buffer); }

  std::vector<SecondaryLink> links;
  std::vector<Octets> buffers;
  std::vector<MutableBytes> free;
  Secondary secondary;
  std::function<Octets(Octets)> answer = [](Octets apdu) { return apdu; };
  std::deque<Octets> pushes;
  std::deque<Octets> sent;
  std::vector<std::pair<std::uint16_t, Octets>> requests;
  std::vector<std::uint16_t> delivered, opened;
  std::vector<std::pair<std::uint16_t, LinkEnd>> closed;
  std::vector<std::pair<std::uint16_t, Octets>> unconfirmed;
  int polls = 0;
};

class ReaderEnd final : public PrimaryOwner {
 public:
  ReaderEnd(const PrimaryConfig& config, std::size_t receive_octets)
      : receive_buffer(receive_octets), primary(config, send_buffer, receive_buffer, *this) {}

  void send_frame(Bytes frame) override { sent.push_back(copy(frame)); }
  void on_opened() override { ++opened; }
  void on_apdu(Bytes apdu) override { answers.push_back(copy(apdu)); }
  void on_nothing() override { ++nothing; }
  void on_closed() override { ++closed; }
  void on_failed(LinkFailure why) override { failures.push_back(why); }

  Octets send_buffer = Octets(kBufferOctets);
  Octets receive_buffer;
  Primary primary;
  std::deque<Octets> sent;
  std::vector<Octets> answers;
  std::vector<LinkFailure> failures;
  int opened = 0, nothing = 0, closed = 0;
};

// The two ends of a line in virtual time. `disturb` sees each frame (to_meter tells its direction)
// and returns what arrives, if anything.
class Line {
 public:
  using Disturb = std::function<std::optional<Octets>(bool to_meter, Octets frame)>;
  static constexpr std::int64_t kFlight_us = 50'000;

  Line(const PrimaryConfig& reader_config, const SecondaryConfig& meter_config,
       std::size_t n_buffers = 4, std::size_t receive_octets = kBufferOctets)
      : meter(meter_config, 4, n_buffers), reader(reader_config, receive_octets) {}

  // Runs until the reader's operation has ended, or `limit` frames have passed.
  void run(int limit = 2'000) {
    while (!reader.primary.idle() && limit-- > 0) step();
  }
  void step() {
    if (!reader.sent.empty()) {
      carry(reader.sent, true);
    } else if (!meter.sent.empty()) {
      carry(meter.sent, false);
    } else {
      now_us = std::max(now_us, reader.primary.deadline_us());
      reader.primary.on_time(now_us);
    }
    meter.secondary.on_time(now_us);
  }

  MeterEnd meter;
  ReaderEnd reader;
  Disturb disturb = [](bool, Octets frame) { return frame; };
  std::vector<std::pair<bool, Octets>> seen;
  std::int64_t now_us = 0;

 private:
  void carry(std::deque<Octets>& from, bool to_meter) {
    Octets frame = from.front();
    from.pop_front();
    now_us += kFlight_us;
    const std::optional<Octets> arrived = disturb(to_meter, frame);
    seen.emplace_back(to_meter, std::move(frame));
    if (!arrived) return;
    to_meter ? meter.secondary.on_bytes(now_us, *arrived)
             : reader.primary.on_bytes(now_us, *arrived);
  }
};

}  // namespace protocol::hdlc::test
