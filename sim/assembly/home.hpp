// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "models/core/afe/thermal.hpp"
#include "models/core/cm1/cm1_node.hpp"
#include "models/core/load/source.hpp"
#include "models/core/load/supply_point.hpp"
#include "models/core/meter/meter_node.hpp"
#include "models/core/parts/rs485.hpp"
#include "models/core/wan/cell.hpp"
#include "models/core/wan/modem.hpp"
#include "models/sc/kernel.hpp"
#include "sim/assembly/identity/identity.hpp"
#include "sim/assembly/power_line.hpp"
#include "sim/scenario/load_csv.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// One home: what it draws, the meter that measures it, the module that talks for the meter.
struct Home {
  Identity identity;
  MeterSettings settings;
  bool has_pv = false;
  std::string column;          // of the load CSV; empty: the household model
  std::string first_revision;  // of its firmware, when it was mounted
  // T1: SystemC modules of its own.
  models::sc::DetailedPoint* point = nullptr;         // with a CM1
  models::sc::DetailedPlcPoint* plc_point = nullptr;  // on a power line
  std::unique_ptr<models::LoadSource> load;
  std::unique_ptr<models::SupplyPoint> supply;
  // Of the front end: under reference conditions, and what warmth makes of it.
  struct Parts {
    models::AfeTolerance tolerance;
    models::ThermalDrift drift;
  };
  Parts parts;
  std::unique_ptr<models::Afe> afe;
  std::unique_ptr<models::MeterNode> meter;
  // None on a power line.
  std::unique_ptr<models::Rs485Line> line;
  std::unique_ptr<models::wan::Modem> modem;
  std::unique_ptr<models::Cm1Node> module;

  // The meter's board and all that is on it, from now on.
  void warm_to(double celsius);
};

// A firmware that will not be a meter: its production line says no.
struct FirmwareRefusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Everything the homes of one medium share while they are built.
struct HomeContext {
  const Scenario& scenario;
  const LoadTable* measured;  // nullptr: household model
  const models::MainsSchedule& mains;
  models::NodeServices services;
  models::wan::Cell& cell;
  models::sc::Kernel& kernel;
  std::vector<std::unique_ptr<PowerLine>>& power_lines;
  models::ImageLibrary& images;
  // Seeded faults of the tests: by how much the front end's phase moved after calibration, and a
  // firmware to run instead of the scenario's.
  double drift_deg = 0;
  const meter_firmware* firmware = nullptr;
};

// Draws the tolerances of meter `number`, builds it, runs the production line (provisioning and
// calibration through the firmware's own service) and switches the mains on at time 0.
std::unique_ptr<Home> build_home(const HomeContext& context, std::uint32_t number);

}  // namespace sim::run
