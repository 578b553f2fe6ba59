// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Mode free: the head-end's engine in this process, behind modelled links.
#include "hes-stub/engine/engine.hpp"
#include "protocol/crypto_openssl/engine.hpp"
#include "sim/core/keyed_stream.hpp"
#include "sim/core/purpose.hpp"
#include "sim/run/firmware/firmware.hpp"
#include "sim/run/head_end/head_end.hpp"
#include "sim/run/identity/type_template.hpp"

namespace sim::run {
namespace {

class InProcessHeadEnd final : public HeadEnd,
                               private Entity,
                               private hes::StreamPort,
                               private hes::ClockPort,
                               private hes::TimerPort,
                               private hes::RandomPort,
                               private hes::LogPort {
 public:
  InProcessHeadEnd(Agenda& agenda, models::wan::Cell& cell, const Scenario& scenario,
                   const std::string& store_path, hes::Observer& observer)
      : agenda_(agenda),
        cell_(cell),
        scale_(scenario),
        store_path_(store_path),
        timer_(agenda, *this, kHeadEndEntity, 0),
        random_(static_cast<std::uint64_t>(scenario.general.seed), 0, kPurposeHeadEnd),
        crypto_([this](protocol::MutableBytes out) { fill(out); }),
        inventory_(head_end_inventory(scenario)),
        store_({store_path, true, false}),
        engine_(engine_config(scenario), inventory_, types(scenario),
                {*this, *this, *this, *this, *this, crypto_}, store_, observer) {
    cell_.set_peer(*this);
    engine_.start();
  }

  void submit(const hes::Order& order) override { engine_.submit(order); }
  void finish() override { engine_.commit(); }
  std::string store_path() const override { return store_path_; }

 private:
  // The templates of all firmwares in the fleet, as `amitwin template` would print them.
  static std::vector<hes::TypeTemplate> types(const Scenario& scenario) {
    std::vector<hes::TypeTemplate> types;
    std::vector<std::string> done;
    for (std::uint32_t meter = 1; meter <= scenario.meters.count; ++meter) {
      const std::string name = settings_of(scenario, meter).firmware;
      if (std::find(done.begin(), done.end(), name) != done.end()) continue;
      done.push_back(name);
      const meter_firmware* firmware = find_firmware(name, scenario.meters.model).firmware;
      std::vector<std::string> faults;
      hes::TypeTemplate type =
          hes::parse_type_template(name, type_template_text(*firmware), faults);
      if (!faults.empty()) continue;  // learnt on the wire then
      type.firmware = name;
      types.push_back(std::move(type));
    }
    return types;
  }

  // From the cell.
  void on_open(models::wan::ConnectionId connection, std::uint32_t /*module*/,
               std::string_view /*host*/, std::uint16_t /*port*/) override {
    engine_.on_open(connection);
  }
  void on_data(models::wan::ConnectionId connection,
               std::span<const std::uint8_t> octets) override {
    engine_.on_data(connection, octets);
  }
  void on_closed(models::wan::ConnectionId connection,
                 models::wan::CloseReason /*reason*/) override {
    engine_.on_closed(connection);
  }
  void on_time(TimeNs /*now*/, std::uint32_t /*what*/) override { engine_.on_timer(); }

  // The engine's ports.
  void send(hes::ConnectionId connection, protocol::Bytes octets) override {
    // A connection that has just gone takes nothing; on_closed is on its way.
    static_cast<void>(cell_.send(connection, octets));
  }
  void close(hes::ConnectionId connection) override { cell_.close(connection); }
  hes::UtcNs now() const override { return scale_.utc_ns(agenda_.now()); }
  void arm(hes::UtcNs at) override { timer_.arm(at == hes::kNever ? kNever : scale_.sim_ns(at)); }
  void fill(protocol::MutableBytes out) override {
    for (std::uint8_t& octet : out) octet = static_cast<std::uint8_t>(random_.next_u32());
  }
  void line(hes::UtcNs /*at*/, std::string_view /*text*/) override {}

  Agenda& agenda_;
  models::wan::Cell& cell_;
  UtcScale scale_;
  std::string store_path_;
  Timer timer_;
  KeyedStream random_;
  protocol::crypto::OpensslEngine crypto_;
  hes::Inventory inventory_;
  hes::Store store_;
  hes::Engine engine_;
};

}  // namespace

std::unique_ptr<HeadEnd> make_in_process_head_end(Agenda& agenda, models::wan::Cell& cell,
                                                  const Scenario& scenario,
                                                  const std::string& store_path,
                                                  hes::Observer& observer) {
  return std::make_unique<InProcessHeadEnd>(agenda, cell, scenario, store_path, observer);
}

}  // namespace sim::run
