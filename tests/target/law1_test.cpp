// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>

#include "tests/fitl/meter/meter_fixture.hpp"
#include "tests/fitl/meter/test_client.hpp"
#include "tests/target/target_firmware.hpp"

namespace {

const std::int64_t kStart = fitl::utc_s(2026, 2, 10, 10, 0, 0);
double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

TEST(Law1, FirstSlice) {
  double t = now();
  auto lap = [&](const char* what) {
    printf("%s %.1f ms\n", what, (now() - t) * 1e3);
    t = now();
  };
  fitl::MeterFixture meter(kStart, fitl::make_provision(), target::ad11a_twin());
  lap("boot");
  fitl::TestClient client(meter, fitl::management_client(meter.provision));
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.associate());
  lap("associate");
  ASSERT_TRUE(client.get(
      {protocol::cosem::ClassId::association_ln, protocol::cosem::obis(0, 0, 40, 0, 0), 2}));
  lap("object list");
  meter.run_for_us(86400ll * 1000000);
  lap("day");
  printf("%d upcalls %d downcalls\n", int(target::twin_of(meter.hal).totals().upcalls),
         int(target::twin_of(meter.hal).totals().downcalls));
  std::vector<std::int32_t> v(1400, 100000), i(1400, 5000);
  meter_window w{1280, 10, 1280u << 16, {}};
  w.channel[METER_V1] = v.data() + 32;
  w.channel[METER_I1] = i.data() + 32;
  for (int k = 0; k < 10; ++k) meter.firmware->on_samples(meter.instance(), &w);
  lap("ten windows");
  printf("window: %d instr\n", int(target::twin_of(meter.hal).image().last_instructions()));
}

}  // namespace
