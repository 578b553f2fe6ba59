// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dcu/app/application.hpp"
#include "tests/rigs/concentrator/fake_disk.hpp"
#include "tests/rigs/concentrator/fake_head_end.hpp"
#include "tests/rigs/concentrator/fake_meter.hpp"

namespace dcu_test {

using namespace dcu::app;
namespace fw = dcu::fw;

inline constexpr std::int64_t kStartS = 1'767'571'200;  // 2026-01-05T00:00:00Z

// A concentrator without its base node, with meters, head-end, disk and gateway clients around it,
// in a time of its own. It can be killed at any instant; the world builds it anew.
class World final : public Clock,
                    public Wan,
                    public Random,
                    public Log,
                    public Subnetwork,
                    public Observer {
 public:
  struct Setup {
    unsigned meters = 4;
    protocol::p32::Uplink uplink = protocol::p32::Uplink::gprs;
    std::uint32_t disk_pages = 512;
    std::uint64_t seed = 1;
    std::vector<Task> tasks = {};  // empty: default
    std::function<void(Commission&)> change = {};
  };
  explicit World(const Setup& setup);
  ~World();

  // ---- Time ----
  void run_for(std::int64_t seconds);
  void run_until(std::int64_t utc_s) { run_for(utc_s - now_s()); }
  std::int64_t now_s() const { return now_ / kNsPerSecond; }
  void at(std::int64_t after_ms, std::function<void()> what);
  // Power off; on again after a while, from what the disk holds.
  void kill(std::int64_t off_s = 5);
  bool alive() const { return application_ != nullptr; }

  // ---- Meters ----
  void join(unsigned number);
  void leave(unsigned number);
  void inject(unsigned number, std::uint8_t d_lsap, const Octets& apdu);

  // ---- Streams that somebody opened towards the concentrator ----
  StreamId call(Door door);
  void say(StreamId stream, protocol::Bytes octets);
  void hang_up(StreamId stream);
  std::map<StreamId, Octets> heard;  // what the concentrator sent on them
  std::map<StreamId, bool> hung_up;  // closed by the concentrator
  void drop_uplink();                // the head-end's connection breaks

  std::uint64_t count(std::uint64_t dcu::app::Counters::*counter) const;
  const Store& store() const { return application_->store(); }
  // Rows of a meter in all reports of a kind.
  std::vector<protocol::p32::ProfileRow> reported(unsigned number,
                                                  protocol::p32::ReportKind kind) const;

  // ---- Ports ----
  UtcNs now() const override { return now_ + clock_ahead; }
  void arm(UtcNs at) override { armed_ = at == kNever ? kNever : at - clock_ahead; }
  void shift(UtcNs by) override { clock_ahead += by; }
  StreamId dial() override;
  bool send(StreamId stream, protocol::Bytes octets) override;
  void close(StreamId stream) override;
  void fill(protocol::MutableBytes out) override;
  void line(UtcNs, std::string_view text) override { lines.emplace_back(text); }
  fw::SendHandle send(fw::Address address, std::uint8_t d_lsap, std::uint8_t s_lsap,
                      protocol::Bytes lsdu, fw::Priority priority) override;
  bool find(const fw::Eui48& eui48, fw::NodeView& out) const override;
  void forget(const fw::Eui48& eui48) override;
  std::vector<fw::NodeView> nodes() const override;
  fw::Counters counters() const override { return {}; }
  void poll_finished(UtcNs, MeterIndex, std::string_view job, PollOutcome, std::uint32_t,
                     std::uint32_t, UtcNs, std::uint32_t) override {
    jobs.emplace_back(job);
  }
  void poll_started(UtcNs, MeterIndex meter, std::string_view job) override {
    started.emplace_back(meter, job);
  }

  FakeDisk disk;
  FakeHeadEnd head_end;
  std::vector<std::unique_ptr<FakeMeter>> meters;
  std::vector<std::string> lines;
  std::vector<std::string> jobs;
  std::vector<std::pair<MeterIndex, std::string>> started;
  UtcNs clock_ahead = 0;  // the concentrator's clock, of the world's
  bool network = true;
  std::int64_t line_ms = 200;                    // an LSDU takes so long
  std::function<void(Octets&)> spoil_up;         // what a meter answers, before it arrives
  std::function<void(std::string&)> spoil_http;  // what the head-end answers
  unsigned kills = 0;
  protocol::crypto::OpensslEngine crypto;
  Commission commission;

 private:
  struct Node {
    fw::Eui48 eui48{};
    fw::Address address = fw::kNoAddress;
    std::string serial;
  };
  void boot();
  void settle();
  void step(UtcNs until);
  FakeMeter* meter_at(fw::Address address);
  Node& node_of(unsigned number) { return nodes_[number]; }

  // The base node's; nothing above it calls it.
  struct NoModem final : protocol::prime::ModemPort {
    std::int64_t now_us() override { return 0; }
    bool send(protocol::Bytes, protocol::prime::Scheme, unsigned) override { return false; }
    bool busy() override { return false; }
    void set_filter(std::span<const protocol::prime::FilterRule>) override {}
    void search(bool) override {}
    std::size_t heard(std::span<protocol::prime::HeardBeacon>) override { return 0; }
    void watch(const protocol::prime::BeaconWatch*) override {}
    bool frame_time(protocol::prime::FrameTime&) override { return false; }
    void set_beacon(const protocol::prime::BeaconPlan*) override {}
  };

  NoModem no_modem_;
  Draws draws_;
  UtcNs now_ = kStartS * kNsPerSecond;
  UtcNs armed_ = kNever;
  std::multimap<UtcNs, std::function<void()>> events_;
  std::unique_ptr<Application> application_;
  std::uint64_t life_ = 0;
  std::vector<Node> nodes_;
  fw::Address next_address_ = 1;
  fw::SendHandle next_handle_ = 1;
  StreamId next_stream_ = 1;
  StreamId uplink_ = 0;
};

}  // namespace dcu_test
