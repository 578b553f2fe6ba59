// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/plc-channel/ieee_feeder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "plc-channel/channel/channel.hpp"
#include "tests/unit/plc-channel/links.hpp"

namespace {

using plc::Feeder;
using plc::IeeeFeederFiles;

IeeeFeederFiles small() {
  IeeeFeederFiles files;
  files.line_codes =
      "New LineCode.main nphases=3 R1=0.2 X1=0.08 R0=1 X0=1 C1=0 C0=0 Units=km\n"
      "New LineCode.drop nphases=3 R1=0.8 X1=0.09 R0=1 X0=1 C1=0 C0=0 Units=km\n";
  // Out of order, and one written from its far end.
  files.lines =
      "New Line.L3 Bus1=9 Bus2=4 phases=3 Linecode=drop Length=7.5 Units=m\n"
      "New Line.L1 Bus1=1 Bus2=2 phases=3 Linecode=main Length=30 Units=m\n"
      "New Line.L2 Bus1=2 Bus2=4 phases=3 Linecode=MAIN Length=40 Units=m\n";
  files.coordinates = "1 100 200\n2 130 200\n4 170 200\n9 170 207\n";
  files.loads =
      "New Load.LOAD1 Phases=1 Bus1=9.2 kV=0.23 kW=1 PF=0.95\n"
      "New Load.LOAD2 Phases=1 Bus1=2.1 kV=0.23 kW=1 PF=0.95\n";
  return files;
}

TEST(IeeeFeeder, ReadsTreeLoadsAndPlaces) {
  Feeder feeder;
  std::string error;
  ASSERT_TRUE(plc::read_ieee_feeder(small(), 1, feeder, error)) << error;
  ASSERT_EQ(feeder.buses.size(), 4u);
  ASSERT_EQ(feeder.stations.size(), 3u);
  EXPECT_DOUBLE_EQ(feeder.stations[1].distance_m, 77.5);
  EXPECT_EQ(feeder.stations[1].phases, 2);
  EXPECT_DOUBLE_EQ(feeder.stations[1].at.x_m, 70);
  EXPECT_DOUBLE_EQ(feeder.stations[2].distance_m, 30);
  const plc::Channel channel(feeder, {});
  EXPECT_GT(channel.mean_snr_db(0, 2), channel.mean_snr_db(0, 1));
}

TEST(IeeeFeeder, SaysWhatIsWrong) {
  const auto error_of = [](IeeeFeederFiles files) {
    Feeder feeder;
    std::string error;
    EXPECT_FALSE(plc::read_ieee_feeder(files, 1, feeder, error));
    EXPECT_TRUE(feeder.buses.empty());
    return error;
  };
  EXPECT_EQ(error_of({}), "no line codes");
  IeeeFeederFiles files = small();
  files.lines += "New Line.L4 Bus1=9 Bus2=1 phases=3 Linecode=main Length=1 Units=m\n";
  EXPECT_EQ(error_of(files), "the lines make a ring");
  files = small();
  files.lines += "New Line.L4 Bus1=20 Bus2=21 phases=3 Linecode=main Length=1 Units=m\n";
  EXPECT_EQ(error_of(files), "some lines hang on nothing");
  files = small();
  files.loads += "New Load.L Bus1=77.1\n";
  EXPECT_NE(error_of(files).find("77.1"), std::string::npos);
  files = small();
  files.lines += "New Line.L4 Bus1=20 Bus2=x phases=3 Linecode=main Length=1\n";
  EXPECT_NE(error_of(files).find("Line.L4"), std::string::npos);
}

// The data set itself is not part of this tree: AMITWIN_LV_FEEDER names its folder.
TEST(IeeeFeeder, ReadsTheDataSetWhereItIs) {
  const char* folder = std::getenv("AMITWIN_LV_FEEDER");
  if (folder == nullptr) GTEST_SKIP() << "AMITWIN_LV_FEEDER is not set";
  const auto text = [&](const char* name) {
    std::ifstream file(std::string(folder) + "/" + name);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  Feeder feeder;
  std::string error;
  ASSERT_TRUE(plc::read_ieee_feeder(
      {text("Lines.txt"), text("LineCode.txt"), text("Buscoords.txt"), text("Loads.txt")}, 1,
      feeder, error))
      << error;
  EXPECT_EQ(feeder.buses.size(), 906u);
  EXPECT_EQ(feeder.stations.size(), 56u);
  double total = 0;
  for (const plc::Bus& bus : feeder.buses) total += bus.length_m;
  EXPECT_NEAR(total, 1431.5, 0.5);
  const plc::Channel channel(feeder, {});
  const plc_test::Links links(channel);
  for (plc::StationId s = 1; s < 56; ++s) {
    EXPECT_LT(links.gain_db(0, s, 6), 0);
    EXPECT_GT(channel.mean_snr_db(0, s), -30);
  }
}

}  // namespace
