// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/cosem/classes/image_transfer.hpp"
#include "protocol/hosted/signed_image/signed_image.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

// A client that brings another firmware to a meter, and the maker of that firmware.
namespace image_test {

namespace axdr = protocol::axdr;
namespace classes = protocol::cosem::classes;
namespace image = protocol::image;
using classes::ImageStatus;
using classes::ImageTransfer;
using meter::fw::LogId;
using protocol::Bytes;
using protocol::Writer;
using protocol::cosem::AccessResult;
using protocol::cosem::Attribute;
using protocol::cosem::Method;
using rigs::encoded;
using rigs::kSecond_us;
using rigs::MeterFixture;
using rigs::TestClient;
using rigs::unsigned_in;

inline const std::int64_t kStart = rigs::utc_s(2026, 2, 10, 10, 0, 0);
inline constexpr image::PrivateKey kMaker{1, 2, 3};

inline Attribute attribute(std::int8_t index) {
  return {ImageTransfer::kId, classes::kImageTransferName, index};
}
inline Method method(std::int8_t index) {
  return {ImageTransfer::kId, classes::kImageTransferName, index};
}
inline const std::vector<std::uint8_t> kZero =
    encoded([](Writer& out) { axdr::put_integer(0, out); });

inline std::vector<std::uint8_t> container(const std::string& variant = "AD11A",
                                           std::size_t octets = 2500) {
  return image::make_container(variant, "1.1.0", image::stand_in(Bytes{}, octets), kMaker);
}

// A good firmware beside the one that runs.
inline const meter_firmware* good_firmware() {
  static const meter_firmware table = *meter_ad11a_firmware();
  return &table;
}

class Maker {
 public:
  explicit Maker(rigs::FakePlatform& meter, const meter_firmware* next = good_firmware()) {
    meter.image_judge = [next](std::span<const std::uint8_t> octets) -> const meter_firmware* {
      return image::judge(octets, image::public_key_of(kMaker)) ? next : nullptr;
    };
  }
};

// One client after another, each with counters of its own.
class Talk {
 public:
  explicit Talk(MeterFixture& meter)
      : meter_(meter), client_(meter, rigs::management_client(meter.provision, counter(meter))) {
    open_ = client_.connect() && client_.associate();
  }
  ~Talk() { client_.disconnect(); }
  bool open() const { return open_; }
  TestClient& client() { return client_; }
  ImageStatus status() {
    const auto value = client_.get(attribute(ImageTransfer::kImageTransferStatus));
    return value ? static_cast<ImageStatus>(value->back()) : ImageStatus{0xFF};
  }
  AccessResult call(std::int8_t index, Bytes parameter) {
    return client_.action(method(index), parameter) ? AccessResult::success : client_.refusal;
  }
  AccessResult initiate(Bytes octets, const std::string& name = "AD11A 1.1.0") {
    return call(ImageTransfer::kImageTransferInitiate, encoded([&](Writer& out) {
                  axdr::begin_structure(2, out);
                  axdr::put_octet_string(
                      {reinterpret_cast<const std::uint8_t*>(name.data()), name.size()}, out);
                  axdr::put_double_long_unsigned(static_cast<std::uint32_t>(octets.size()), out);
                }));
  }
  AccessResult block(std::uint32_t number, Bytes octets) {
    std::vector<std::uint8_t> value(octets.size() + 16);
    Writer out(value);
    axdr::begin_structure(2, out);
    axdr::put_double_long_unsigned(number, out);
    axdr::put_octet_string(octets, out);
    return call(ImageTransfer::kImageBlockTransfer, out.written());
  }
  // As far as the meter says that it has not, until something is refused.
  AccessResult transfer(Bytes octets) {
    const AccessResult begun = initiate(octets);
    if (begun != AccessResult::success) return begun;
    const auto size = unsigned_in(client_, attribute(ImageTransfer::kImageBlockSize));
    auto number = unsigned_in(client_, attribute(4));
    first_asked = number;
    for (; number * size < octets.size(); ++number) {
      const std::size_t at = number * size;
      const AccessResult sent = block(static_cast<std::uint32_t>(number),
                                      octets.subspan(at, std::min(size, octets.size() - at)));
      if (sent != AccessResult::success) return sent;
    }
    return AccessResult::success;
  }
  AccessResult verify() { return call(ImageTransfer::kImageVerify, kZero); }
  AccessResult activate() { return call(ImageTransfer::kImageActivate, kZero); }
  std::uint64_t first_asked = 0;

 private:
  static std::uint32_t counter(MeterFixture& meter) { return meter.management_counter += 1000; }
  MeterFixture& meter_;
  TestClient client_;
  bool open_ = false;
};

inline std::vector<std::uint8_t> codes(const MeterFixture& meter) {
  return meter.event_codes(LogId::standard_events);
}

}  // namespace image_test
