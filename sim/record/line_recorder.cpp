// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/record/line_recorder.hpp"

#include <algorithm>
#include <string>

namespace sim::run {
namespace {

using result::Text;

std::size_t index_of(plc::FrameKind kind) { return static_cast<std::size_t>(kind); }
std::uint64_t count_of(const plc::KindCounters& counters, plc::Outcome outcome) {
  return counters.outcomes[static_cast<std::size_t>(outcome)];
}
double seconds(kernel::TimeNs ns) { return 1e-9 * static_cast<double>(ns); }

// The kinds that have a figure of their own; nullptr: the others.
kernel::TimeNs* airtime_of(plc::FrameKind kind, result::LineFigures& figures) {
  switch (kind) {
    case plc::FrameKind::data:
    case plc::FrameKind::data_again:
      return &figures.data_airtime_ns;
    case plc::FrameKind::pro:
      return &figures.pro_airtime_ns;
    case plc::FrameKind::prm:
      return &figures.prm_airtime_ns;
    case plc::FrameKind::pnpdu:
      return &figures.pnpdu_airtime_ns;
    case plc::FrameKind::beacon:
      return &figures.beacon_airtime_ns;
    case plc::FrameKind::reg:
    case plc::FrameKind::con:
    case plc::FrameKind::bsi:
    case plc::FrameKind::fra:
    case plc::FrameKind::cfp:
    case plc::FrameKind::alv:
    case plc::FrameKind::mul:
    case plc::FrameKind::sec:
    case plc::FrameKind::other:
    case plc::FrameKind::kinds:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

LineRecorder::LineRecorder(result::ResultWriter& writer, const UtcScale& scale, PowerLine& line)
    : writer_(writer),
      scale_(scale),
      line_(line),
      number_(static_cast<std::uint16_t>(line.site().number())),
      nodes_(line.channel().n_stations()) {
  for (std::size_t kind = 0; kind < overheard_.size(); ++kind) {
    overheard_[kind] = result::is_overheard(frame_kind_name(static_cast<plc::FrameKind>(kind)));
  }
  line.medium().add_observer(*this);
  line.site().set_observer(*this);
  figures_.meters = line.site().meters().size();
}

// ---- The medium ----

void LineRecorder::on_sending(const plc::Sending& sending) {
  plc::KindCounters& kind = hour_[index_of(sending.kind)];
  ++kind.frames;
  kind.airtime_ns += sending.end - sending.start;
  kind.octets += sending.mpdu.size();
  ++nodes_[sending.station].sent;
  if (!protocol::prime::is_coded(sending.scheme)) ++figures_.uncoded_frames;
}

void LineRecorder::on_received(const plc::Sending& sending, plc::StationId at, plc::Outcome outcome,
                               double /*snr_db*/) {
  ++hour_[index_of(sending.kind)].outcomes[static_cast<std::size_t>(outcome)];
  if (overheard_[index_of(sending.kind)]) return;
  const bool ok = outcome == plc::Outcome::ok;
  ++(ok ? nodes_[at].received : nodes_[at].lost);
  ++figures_.receptions;
  if (ok) return;
  ++(outcome == plc::Outcome::noise ? figures_.noise_losses : figures_.collisions);
}

// ---- The concentrator ----

std::uint32_t LineRecorder::registered() const {
  return static_cast<std::uint32_t>(
      std::count_if(nodes_.begin() + 1, nodes_.end(),
                    [](const Node& node) { return node.joined_at != kernel::kNever; }));
}

void LineRecorder::node_joined(dcu::app::UtcNs at, const dcu::app::NodeInfo& info) {
  if (info.meter == dcu::app::kNoMeter) return;
  Node& node = nodes_.at(info.meter + 1);
  const kernel::TimeNs now = scale_.sim_ns(at);
  // After a restart the concentrator does not know that it was there before.
  if (node.joined_at == kernel::kNever) node.joined_at = now;
  ++node.registrations;
  ++figures_.registrations;
  if (node.registrations == 1) {
    node.first_s = seconds(now);
    figures_.last_first_registration_s = std::max(figures_.last_first_registration_s, node.first_s);
  }
  write_registration(at, info, true);
}

void LineRecorder::node_left(dcu::app::UtcNs at, const dcu::app::NodeInfo& info) {
  if (info.meter == dcu::app::kNoMeter) return;
  Node& node = nodes_.at(info.meter + 1);
  if (node.joined_at != kernel::kNever) node.joined_ns += scale_.sim_ns(at) - node.joined_at;
  node.joined_at = kernel::kNever;
  write_registration(at, info, false);
}

void LineRecorder::write_registration(dcu::app::UtcNs at, const dcu::app::NodeInfo& info,
                                      bool joined) {
  result::RegistrationRow row;
  row.t_s = scale_.sim_s(at);
  row.concentrator = number_;
  row.meter = line_.site().meter_at(info.meter);
  row.joined = joined ? 1 : 0;
  row.level = info.level;
  row.registered = registered();
  writer_.append(row);
}

void LineRecorder::poll_finished(dcu::app::UtcNs at, dcu::app::MeterIndex meter,
                                 std::string_view job, dcu::app::PollOutcome outcome,
                                 std::uint32_t octets_up, std::uint32_t octets_down,
                                 dcu::app::UtcNs begun, std::uint32_t new_rows) {
  result::PollRow row;
  row.t_s = scale_.sim_s(at);
  row.concentrator = number_;
  row.meter = line_.site().meter_at(meter);
  row.job = Text<24>(job);
  row.outcome = Text<16>(dcu::app::outcome_name(outcome));
  row.duration_s = begun > 0 ? seconds(at - begun) : 0;
  row.bytes_up = octets_up;
  row.bytes_down = octets_down;
  row.new_rows = new_rows;
  writer_.append(row);
}

// ---- Hours and the end ----

void LineRecorder::advance(kernel::TimeNs now) {
  while ((hour_number_ + 1) * kernel::kNsPerHour <= now) {
    close_hour();
    ++hour_number_;
  }
}

void LineRecorder::close_hour() {
  // Beacons are arithmetic: the medium knows them, nobody is told one by one.
  const plc::KindCounters beacons = line_.medium().counters().of(plc::FrameKind::beacon);
  plc::KindCounters& own = hour_[index_of(plc::FrameKind::beacon)];
  own.frames = beacons.frames - beacons_before_.frames;
  own.airtime_ns = beacons.airtime_ns - beacons_before_.airtime_ns;
  own.octets = beacons.octets - beacons_before_.octets;
  for (std::size_t i = 0; i < plc::kOutcomes; ++i) {
    own.outcomes[i] = beacons.outcomes[i] - beacons_before_.outcomes[i];
  }
  beacons_before_ = beacons;
  for (std::size_t i = 0; i < plc::kFrameKinds; ++i) {
    const plc::KindCounters& kind = hour_[i];
    figures_.airtime_ns += kind.airtime_ns;
    const auto what = static_cast<plc::FrameKind>(i);
    const bool data = what == plc::FrameKind::data || what == plc::FrameKind::data_again;
    if (!data) figures_.control_airtime_ns += kind.airtime_ns;
    if (kernel::TimeNs* sum = airtime_of(what, figures_)) *sum += kind.airtime_ns;
    if (kind.frames == 0) continue;
    result::AirtimeRow row;
    row.hour = hour_number_;
    row.concentrator = number_;
    row.kind = Text<16>(plc::frame_kind_name(static_cast<plc::FrameKind>(i)));
    row.frames = kind.frames;
    row.airtime_s = seconds(kind.airtime_ns);
    row.bytes = kind.octets;
    row.ok = count_of(kind, plc::Outcome::ok);
    row.noise = count_of(kind, plc::Outcome::noise);
    row.collision = count_of(kind, plc::Outcome::collision);
    row.deaf = count_of(kind, plc::Outcome::deaf);
    writer_.append(row);
  }
  hour_ = {};
}

void LineRecorder::finish(kernel::TimeNs end) {
  advance(end);
  close_hour();
  figures_.malformed = line_.medium().counters().damaged;
  write_nodes(end);
  write_cables();
}

void LineRecorder::write_nodes(kernel::TimeNs end) {
  const auto known = line_.site().nodes();
  const auto info_of = [&](std::uint32_t station) -> const dcu::app::NodeInfo* {
    const auto at = std::ranges::find_if(known, [&](const auto& info) {
      return info.meter != dcu::app::kNoMeter && info.meter + 1 == station && info.connected;
    });
    return at == known.end() ? nullptr : &*at;
  };
  const auto switch_of = [&](std::uint8_t sid) -> std::uint32_t {  // its station
    for (const auto& info : known) {
      if (sid != 0 && info.is_switch && info.lsid == sid && info.meter != dcu::app::kNoMeter) {
        return info.meter + 1;
      }
    }
    return plc::kBaseStation;
  };
  for (std::uint32_t station = 0; station < nodes_.size(); ++station) {
    const plc::Station& place = line_.channel().feeder().stations[station];
    Node& node = nodes_[station];
    result::NodeRow row;
    row.concentrator = number_;
    row.meter = line_.meter_of(station);
    row.phases = place.phases;
    row.x_m = place.at.x_m;
    row.y_m = place.at.y_m;
    row.distance_m = place.distance_m;
    if (const auto* const info = info_of(station)) {
      row.registered = 1;
      row.level = info->level;
      row.is_switch = info->is_switch ? 1 : 0;
      const std::uint32_t parent = switch_of(info->sid);
      row.parent = line_.meter_of(parent);
      row.snr_down_db = line_.channel().mean_snr_db(parent, station);
      row.snr_up_db = line_.channel().mean_snr_db(station, parent);
      ++figures_.registered;
      figures_.switches += row.is_switch;
      figures_.deepest_level = std::max<std::uint64_t>(figures_.deepest_level, row.level);
    }
    row.membership.first_registered_s = node.first_s;
    row.membership.registrations = node.registrations;
    const kernel::TimeNs in =
        node.joined_ns + (node.joined_at == kernel::kNever ? 0 : end - node.joined_at);
    row.membership.registered_share = seconds(in) / seconds(end);
    row.traffic.frames_sent = node.sent;
    row.traffic.frames_received = node.received;
    row.traffic.frames_lost = node.lost;
    const plc::BeaconCounters beacons = line_.medium().beacons(station);
    row.traffic.beacons_received = beacons.received;
    row.traffic.beacons_missed = beacons.missed;
    writer_.append(row);
  }
}

void LineRecorder::write_cables() {
  const plc::Feeder& feeder = line_.channel().feeder();
  const auto write = [&](const plc::Point& from, const plc::Point& to, std::uint16_t cable) {
    result::CableRow row;
    row.concentrator = number_;
    row.x0_m = from.x_m;
    row.y0_m = from.y_m;
    row.x1_m = to.x_m;
    row.y1_m = to.y_m;
    row.kind = Text<16>(feeder.cables.at(cable).name);
    writer_.append(row);
  };
  for (std::size_t i = 1; i < feeder.buses.size(); ++i) {
    const plc::Bus& bus = feeder.buses[i];
    write(feeder.buses[bus.parent].at, bus.at, bus.cable);
  }
  for (std::size_t i = 1; i < feeder.stations.size(); ++i) {
    const plc::Station& station = feeder.stations[i];
    write(feeder.buses[station.bus].at, station.at, station.cable);
  }
}

result::LineFigures LineRecorder::figures() const {
  const dcu::app::Counters program = line_.site().counters();
  result::LineFigures all = figures_;
  all.malformed += program.messages_malformed + program.http_malformed + program.gateway_damaged;
  all.reports_repeated = program.reports_repeated;
  all.clock_worst_s = 1e-9 * static_cast<double>(line_.site().clock_worst_ns());
  return all;
}

}  // namespace sim::run
