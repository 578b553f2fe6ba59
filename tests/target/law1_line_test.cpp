// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Law 1 for what has no test elsewhere, and the means of comparing themselves: a difference must be
// seen, and the serial line must not be trusted.
#include <cstring>

#include "protocol/cosem/classes/register.hpp"
#include "tests/rigs/meter/plc_bench.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/target/models.hpp"

namespace target {
namespace {

namespace classes = protocol::cosem::classes;
namespace upcall = meter::port::upcall;
using protocol::cosem::obis;

std::vector<std::uint8_t> snrm_of(rigs::MeterFixture& meter) {
  std::vector<std::uint8_t> heard;
  rigs::TestClient client(meter, rigs::public_client());
  client.on_wire = [&](std::vector<std::uint8_t>& frame) {
    if (heard.empty()) heard = frame;
  };
  client.connect();
  client.disconnect();
  return heard;
}

// ---- What would go wrong is seen ----

TEST(Divergence, OfRegistersIsSeen) {
  rigs::MeterFixture meter(kStart, rigs::make_provision(), ad11a_twin());
  const meter_sums sums = rigs::make_sums({230.0, 5.0, 30.0, 50.0});
  meter_sums other = sums;
  other.element[0].vi *= 1.0001;
  Twin& twin = twin_of(meter.hal);
  EXPECT_THROW(twin.upcall(Kind::sums, {packed<upcall::sums>(&other, 50u)},
                           [&] {
                             ad11a_host()->on_sums(twin.host_instance(), &sums, 50);
                             return 0;
                           }),
               Divergence);
}

TEST(Divergence, OfFramesIsSeenAndNamed) {
  rigs::MeterFixture meter(kStart, rigs::make_provision(), ad11a_twin());
  const std::vector<std::uint8_t> frame = snrm_of(meter);
  std::vector<std::uint8_t> damaged = frame;
  damaged[5] ^= 0x10;
  Twin& twin = twin_of(meter.hal);
  const auto n = static_cast<std::uint32_t>(damaged.size());
  try {
    twin.upcall(Kind::uart, {packed<upcall::uart>(METER_UART_RS485, damaged.data(), n)}, [&] {
      ad11a_host()->on_uart(twin.host_instance(), METER_UART_RS485, frame.data(),
                            static_cast<std::uint32_t>(frame.size()));
      return 0;
    });
    FAIL() << "nothing was seen";
  } catch (const Divergence& difference) {
    EXPECT_NE(std::strstr(difference.what(), "host:"), nullptr);
    EXPECT_NE(std::strstr(difference.what(), "image: nothing more"), nullptr);
  }
}

TEST(Divergence, OfResultsIsSeen) {
  rigs::MeterFixture meter(kStart, rigs::make_provision(), ad11a_twin());
  meter.power_off(false);
  meter.construct();
  Twin& twin = twin_of(meter.hal);
  const meter_provision good = rigs::make_provision();
  meter_provision bad = good;
  bad.capture_period_s = 7;
  EXPECT_THROW(twin.upcall(Kind::provision, {packed<upcall::provision>(&good)},
                           [&] { return ad11a_host()->provision(twin.host_instance(), &bad); }),
               Divergence);
}

// ---- The line ----

// The image on a platform of its own, without boxes: what a UART alone carries.
struct OnTheLine {
  rigs::FakePlatform platform{ad11a_host()};
  TargetMeter image{kAd11aImage, TargetMeter::Transport::octets};

  OnTheLine() {
    platform.rtc_adjust(kStart * METER_RTC_HZ);
    image.adopt(&platform.hal);
    const meter_provision provision = rigs::make_provision();
    call(Kind::init, {image.init_payload()});
    EXPECT_EQ(call(Kind::provision, {packed<upcall::provision>(&provision)}), 0);
    call(Kind::boot, {packed<upcall::boot>(METER_BOOT_FIRST)});
  }
  int call(Kind kind, std::initializer_list<Bytes> payload) {
    image.prepare(platform.hal);
    return image.run(kind, payload);
  }
};

TEST(ImageLine, UartsAloneCarryAMeter) {
  rigs::MeterFixture host(kStart, rigs::make_provision(), ad11a_host());
  const std::vector<std::uint8_t> snrm = snrm_of(host);
  host.frames.clear();
  host.firmware->on_uart(host.instance(), METER_UART_RS485, snrm.data(),
                         static_cast<std::uint32_t>(snrm.size()));
  OnTheLine alone;
  alone.call(Kind::uart, {packed<upcall::uart>(METER_UART_RS485, snrm.data(),
                                               static_cast<std::uint32_t>(snrm.size()))});
  ASSERT_EQ(alone.platform.frames.size(), 1u);
  EXPECT_EQ(alone.platform.frames.front().octets, host.frames.front().octets);
  EXPECT_EQ(alone.image.statistics().bad_frames, 0u);
}

TEST(ImageLine, DamagedMessagesAreCountedAndDropped) {
  TargetMeter image(kAd11aImage, TargetMeter::Transport::octets);
  const std::vector<std::uint8_t> good = framed(Kind::statistics, {});
  std::uint32_t expected = 0;
  for (std::size_t k = 0; k < good.size(); ++k) {
    std::vector<std::uint8_t> bad = good;
    bad[k] ^= 1;
    // A length that grew waits for what it promises.
    bad.resize(bad.size() + 300, 0x00);
    image.line().send_octets(bad);
    expected += k != 0;  // without the sync it is no message at all
    EXPECT_EQ(image.statistics().bad_frames, expected) << "octet " << k;
  }
  std::vector<std::uint8_t> unknown = framed(static_cast<Kind>(0x3F), {});
  image.line().send_octets(unknown);
  image.line().next();  // `done` with -1
  EXPECT_EQ(image.statistics().bad_frames, expected);
}

// ---- The rest of the boundary ----

TEST_P(Law1, DescriptionsAreTheSame) {
  const meter_firmware& both = *GetParam().twin();
  const meter_firmware& host = GetParam().n_elements == 1 ? *ad11a_host() : *ad13a_host();
  meter_object_info by_host{}, by_image{};
  std::uint32_t index = 0;
  for (; host.describe(index, &by_host) == 0; ++index) {
    ASSERT_EQ(both.describe(index, &by_image), 0);
    EXPECT_EQ(std::memcmp(&by_host, &by_image, sizeof(by_host)), 0) << index;
  }
  EXPECT_EQ(both.describe(index, &by_image), -1);
  EXPECT_GT(index, 30u);
}

TEST_P(Law1, NoiseOnBothPorts) {
  std::uint32_t random = 7;
  const auto draw = [&] { return (random = random * 1664525u + 1013904223u) >> 8; };
  for (int k = 0; k < 150; ++k) {
    std::vector<std::uint8_t> octets(1 + draw() % 300);
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(draw());
    if (k % 2 == 0) octets.front() = octets.back() = 0x7E;
    meter.firmware->on_uart(meter.instance(), k % 3 == 0 ? METER_UART_OPTICAL : METER_UART_RS485,
                            octets.data(), static_cast<std::uint32_t>(octets.size()));
  }
  EXPECT_GE(upcalls(), 150u);
}

TEST(Law1PowerLine, JoinsAndIsRead) {
  rigs::PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  rigs::PlcClient concentrator(bench, rigs::concentrator_client(bench.meter.provision));
  ASSERT_TRUE(concentrator.associate());
  EXPECT_TRUE(concentrator.get({classes::Register::kId, obis(1, 0, 1, 8, 0), 2}));
  EXPECT_GT(twin_of(bench.meter.hal).image().tally(Kind::plc).calls, 5u);
}

}  // namespace
}  // namespace target
