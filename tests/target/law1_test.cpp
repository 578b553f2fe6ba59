// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/fitl/meter/meter_fixture.hpp"
#include "tests/fitl/meter/test_client.hpp"
#include "tests/target/target_firmware.hpp"

namespace {

const std::int64_t kStart = fitl::utc_s(2026, 2, 10, 10, 0, 0);

TEST(Law1, FirstSlice) {
  fitl::MeterFixture host(kStart);
  fitl::MeterFixture image(kStart, fitl::make_provision(), target::ad11a_image());
  for (fitl::MeterFixture* meter : {&host, &image}) {
    fitl::TestClient client(*meter, fitl::public_client());
    ASSERT_TRUE(client.connect());
    ASSERT_TRUE(client.associate());
  }
  EXPECT_EQ(host.flash, image.flash);
  EXPECT_EQ(host.retained, image.retained);
  target::release_all();
}

}  // namespace
