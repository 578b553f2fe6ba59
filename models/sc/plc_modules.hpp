// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/sc/agenda_module.hpp"
#include "models/sc/doors.hpp"
#include "models/sc/point_modules.hpp"
#include "plc-channel/medium/medium.hpp"

namespace models::sc {

// The power line of one substation: the medium with all its modems, and whoever else stands on its
// agenda (the meters of this line that are not detailed).
class PlcLineModule final : private OwnAgenda,
                            public AgendaModule,
                            public PlcLineIf,
                            private plc::Observer {
 public:
  PlcLineModule(const sc_core::sc_module_name& name, Modules& modules);
  // Follows the frames, for traces.
  void join(plc::Medium& medium) { medium.add_observer(*this); }
  void enter_line() override { enter(); }

  sc_core::sc_export<PlcLineIf> here{"here"};

  // State, for traces: frames on the air, and of the one that began last who sends it (nobody when
  // the line is idle), its kind and its length. Beacons are arithmetic and do not show.
  static constexpr int kNobody = -1;
  StateSignal<bool> busy{"busy"};
  StateSignal<int> overlap{"overlap"};
  StateSignal<int> station{"station", kNobody};
  StateSignal<int> frame_kind{"frame_kind"};
  StateSignal<int> frame_length{"frame_length"};
  StateSignal<sc_dt::uint64> frames{"frames"};
  StateSignal<sc_dt::uint64> collisions{"collisions"};  // at stations that wanted the frame

 private:
  void on_sending(const plc::Sending& sending) override;
  void on_sent(const plc::Sending& sending) override;
  void on_received(const plc::Sending& sending, plc::StationId at, plc::Outcome outcome,
                   double snr_db) override;
  void on_watch_lost(plc::StationId, kernel::TimeNs) override {}

  int on_air_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t collisions_ = 0;
};

// The data concentrator: an agenda for its program, a port to the power line and one to the fleet,
// where its uplink's modem is.
class ConcentratorModule final : private OwnAgenda, public AgendaModule {
 public:
  ConcentratorModule(const sc_core::sc_module_name& name, Modules& modules);
  plc::Modem& join_plc(plc::Modem& modem);
  wan::ModemPort& join_uplink(wan::ModemPort& modem);
  // A number to trace; asked after every turn. Before the kernel runs.
  void show(const std::string& name, std::function<int()> value);

  sc_core::sc_port<PlcLineIf> line{"line"};
  sc_core::sc_port<FleetIf> fleet{"fleet"};

  struct Shown {
    explicit Shown(const std::string& label) : signal(label.c_str()), name(label) {}
    StateSignal<int> signal;
    std::string name;
    std::function<int()> value;
  };
  const std::vector<std::unique_ptr<Shown>>& shown() const { return shown_; }

 private:
  void refresh() override;

  PlcDoor plc_door_;
  WanDoor uplink_door_;
  std::vector<std::unique_ptr<Shown>> shown_;
};

}  // namespace models::sc
