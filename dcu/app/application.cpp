// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/application.hpp"

#include "protocol/dlms/apdu.hpp"

namespace dcu::app {
namespace {

constexpr std::uint8_t kOwnLsap = 3;
constexpr std::uint8_t kIdentityPriority = 3;

}  // namespace

Application::Application(const Ports& ports, Observer& observer, Subnetwork& subnetwork)
    : store_(ports.disk, ports.clock, observer),
      core_{ports.clock, ports.wan, ports.random, ports.log, ports.crypto,
            observer,    store_,    subnetwork,   {},        {}},
      nodes_(core_),
      reporter_(core_, nodes_),
      poller_(core_),
      collector_(core_, reporter_),
      reader_(core_),
      surveyor_(core_, poller_, collector_, reader_),
      orders_({core_, poller_, collector_, reporter_, nodes_}, [this] { restart_ = true; }),
      inbox_(core_, poller_, surveyor_, reporter_, orders_),
      link_(core_, inbox_, reporter_),
      door_(core_, inbox_),
      gateway_(core_, nodes_, poller_),
      tasks_({core_, nodes_, poller_, collector_, reader_, surveyor_, reporter_}) {}

bool Application::open() {
  if (!store_.open()) return false;
  nodes_.start();
  poller_.start();
  return true;
}

void Application::start() {
  reporter_.start();
  orders_.start();
  inbox_.start();
  tasks_.start();
  link_.start();
}

void Application::settle() {
  if (store_.failed()) return;
  while (core_.agenda.run_one(core_.now())) {
    if (store_.failed()) return;
  }
  if (!store_.commit()) return;
  link_.kick();
}

void Application::close_streams() {
  link_.hang_up();
  door_.close_all();
  gateway_.close_all();
}

void Application::on_stream_open(StreamId stream, Door door) {
  if (link_.owns(stream)) return link_.on_open();
  if (door == Door::gateway) return gateway_.on_open(stream);
  if (store_.config().uplink == Uplink::ethernet) return door_.on_open(stream);
  core_.wan.close(stream);
}

void Application::on_stream_data(StreamId stream, Bytes octets) {
  if (link_.owns(stream)) return link_.on_data(octets);
  if (door_.owns(stream)) return door_.on_data(stream, octets);
  gateway_.on_data(stream, octets);
}

void Application::on_stream_closed(StreamId stream) {
  if (link_.owns(stream)) return link_.on_closed();
  if (door_.owns(stream)) return door_.on_closed(stream);
  gateway_.on_closed(stream);
}

void Application::on_joined(fw::Address address, const fw::Eui48& eui48, Bytes identifier) {
  const MeterIndex meter = nodes_.joined(address, eui48, identifier);
  if (meter == kNoMeter) return reporter_.report_strangers();
  if (store_.meters()[meter].device_name.empty()) {
    poller_.add(reader_.identity_job(meter, kIdentityPriority));
  }
  poller_.on_joined(meter, address);
}

void Application::on_left(fw::Address address, const fw::Eui48& eui48, fw::LeaveReason) {
  const MeterIndex meter = nodes_.left(address, eui48);
  if (meter == kNoMeter) return;
  gateway_.on_left(meter);
  poller_.on_left(meter);
}

void Application::on_data(fw::Address address, std::uint8_t s_lsap, std::uint8_t d_lsap,
                          Bytes lsdu) {
  const MeterIndex meter = nodes_.meter_at(address);
  if (meter == kNoMeter || s_lsap != kMeterLsap || lsdu.empty()) {
    ++core_.counters.dlms_ignored;
    return;
  }
  const bool spontaneous = lsdu[0] == protocol::dlms::tag::kGeneralGloCiphering;
  if (d_lsap == kOwnLsap && spontaneous) return collector_.on_notification(meter, lsdu);
  if (poller_.on_data(meter, d_lsap, lsdu)) return;
  if (!gateway_.on_meter_data(meter, d_lsap, lsdu)) ++core_.counters.dlms_ignored;
}

void Application::on_sent(fw::SendHandle handle, bool ok) {
  if (!poller_.on_sent(handle, ok)) gateway_.on_sent(handle, ok);
}

}  // namespace dcu::app
