// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/head_end/head_end.hpp"

#include <algorithm>

#include "hes-stub/lockstep/lockstep_client.hpp"
#include "kernel/purpose.hpp"
#include "sim/assembly/concentrator/site.hpp"
#include "sim/assembly/head_end/child.hpp"
#include "sim/assembly/identity/identity.hpp"

namespace sim::run {
namespace {

std::vector<hes::TypeTemplate> parsed_templates(const Scenario& scenario) {
  std::vector<hes::TypeTemplate> types;
  for (const std::string& text : type_template_texts(scenario)) {
    std::vector<std::string> faults;
    hes::TypeTemplate type = hes::parse_type_template("template", text, faults);
    // A firmware with a list that cannot be read is learnt over the wire instead.
    if (faults.empty()) types.push_back(std::move(type));
  }
  return types;
}

}  // namespace

HeadEnd::HeadEnd(World& world, const Scenario& scenario, const std::string& folder,
                 hes::Observer& observer)
    : world_(world),
      scenario_(scenario),
      scale_(scenario),
      timer_(world.agenda(), *this, kHeadEndEntity, 0),
      random_(static_cast<std::uint64_t>(scenario.general.seed), 0, kernel::kPurposeHeadEnd),
      inventory_(head_end_inventory(scenario)) {
  const hes::EngineConfig config = engine_config(scenario);
  const hes::UtcNs begin = scale_.utc_ns(world.now());
  if (scenario.sim.mode == Mode::lockstep) {
    child_ = std::make_unique<HeadEndChild>(folder, store_path(folder),
                                            inventory_text(scenario, InventoryFormat::json, true),
                                            type_template_texts(scenario));
    // The ports are this object's own business: bases nobody outside may see.
    engine_.reset(new hes::LockstepClient("127.0.0.1", child_->control_port(), config,
                                          {inventory_.size(), inventory_.concentrators().size()},
                                          *this, *this, observer, begin));
  } else {
    store_ = std::make_unique<hes::Store>(hes::StoreOptions{store_path(folder), true, false});
    engine_.reset(new hes::LocalHeadEnd(config, inventory_, parsed_templates(scenario), *store_,
                                        *this, *this, *this, observer, begin));
  }
  world_.cell().set_peer(*this);
  world_.ethernet().set_peer(*this);
  noted();
}

HeadEnd::~HeadEnd() {
  engine_.reset();  // before its store, and before the child is waited for
}

void HeadEnd::submit(const hes::Order& order) {
  engine_->submit(order);
  noted();
}

void HeadEnd::finish() {
  timer_.disarm();
  engine_->finish();
}

// Lived through at this instant, ahead of all meters (by entity id).
void HeadEnd::noted() { timer_.arm(world_.now()); }

void HeadEnd::on_open(models::wan::ConnectionId connection, std::uint32_t /*module*/,
                      std::string_view /*host*/, std::uint16_t port) {
  engine_->open(connection, port == scenario_.hes.p32_port ? hes::Door::p32 : hes::Door::wrapper);
  noted();
}

void HeadEnd::on_data(models::wan::ConnectionId connection, std::span<const std::uint8_t> octets) {
  engine_->data(connection, octets);
  noted();
}

void HeadEnd::on_closed(models::wan::ConnectionId connection, models::wan::CloseReason /*reason*/) {
  engine_->closed(connection);
  noted();
}

void HeadEnd::on_time(kernel::TimeNs now, std::uint32_t /*what*/) {
  const hes::UtcNs utc_ns = scale_.utc_ns(now);
  if (engine_->next_deadline() <= utc_ns) {
    engine_->advance(utc_ns);
  } else {
    engine_->deliver(utc_ns);
  }
  const hes::UtcNs next = engine_->next_deadline();
  // Something noted during the turn has armed the timer for now already.
  if (timer_.at() == kernel::kNever)
    timer_.arm(next == hes::kNever ? kernel::kNever : scale_.sim_ns(next));
}

void HeadEnd::send(hes::ConnectionId connection, protocol::Bytes octets) {
  // A connection that has just gone takes nothing; on_closed is on its way.
  static_cast<void>(world_.network_of(connection).send(connection, octets));
}

void HeadEnd::close(hes::ConnectionId connection) {
  world_.network_of(connection).close(connection);
}

hes::ConnectionId HeadEnd::connect(std::string_view address, std::uint16_t port) {
  for (std::uint32_t number = 1; number <= scenario_.concentrators.size(); ++number) {
    if (concentrator_identity(scenario_, number).address != address) continue;
    if (scenario_.concentrators[number - 1].uplink != Uplink::ethernet) break;
    return world_.ethernet().connect(concentrator_device(number), port);
  }
  return hes::kNoConnection;
}

void HeadEnd::fill(protocol::MutableBytes out) {
  for (std::uint8_t& octet : out) octet = static_cast<std::uint8_t>(random_.next_u32());
}

void HeadEnd::line(hes::UtcNs /*at*/, std::string_view /*text*/) {}

}  // namespace sim::run
