// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/concentrator.hpp"

#include <algorithm>
#include <optional>

#include "dcu/app/application.hpp"
#include "dcu/fw/base_node.hpp"

namespace dcu::app {
namespace {

constexpr UtcNs kNsPerUs = 1000;
// Built anew after its store failed, or by order.
constexpr UtcNs kRestartAfter = 10 * kNsPerSecond;
constexpr std::size_t kSpareNodes = 32;  // strangers, and meters that come back under a new address
constexpr std::size_t kSpareBuffers = 64;

}  // namespace

class Concentrator::Impl final : public Subnetwork, public protocol::prime::ModemClient {
 public:
  Impl(const Ports& ports, Observer& observer) : ports_(ports), observer_(observer) {}

  bool boot() {
    if (application_) application_->close_streams();
    base_.reset();
    application_.emplace(ports_, observer_, *this);
    restart_at_ = kNever;
    if (!application_->open()) {
      application_.reset();
      return false;
    }
    const Store& store = application_->store();
    const std::size_t sessions = store.parameters().sessions_max;
    nodes_.assign(std::min(store.meters().size() + kSpareNodes, fw::kMaxNodes), {});
    buffers_.assign(2 * sessions + kSpareBuffers, {});
    fw::Config config;
    config.eui48 = store.config().eui48;
    config.concurrency = static_cast<std::uint8_t>(std::min<std::size_t>(sessions, UINT8_MAX));
    config.max_switch_level = static_cast<std::uint8_t>(store.parameters().max_switch_level);
    std::array<std::uint8_t, 8> seed{};
    ports_.random.fill(seed);
    config.seed = protocol::Reader(seed).u64();
    base_.emplace(config, fw::Memory{nodes_, buffers_}, ports_.modem, *application_);
    base_->start();
    application_->start();
    settle();
    return true;
  }

  void on_timer() {
    if (ports_.clock.now() >= restart_at_) {
      if (boot()) return;
      restart_at_ = ports_.clock.now() + kRestartAfter;
      ports_.clock.arm(restart_at_);
      return;
    }
    if (!base_) return;
    if (ports_.modem.now_us() >= base_->deadline_us()) base_->on_time();
    settle();
  }

  template <typename Call>
  void inside(Call&& call) {
    if (!base_ || restart_at_ != kNever) return;
    call(*application_);
    settle();
  }

  // ---- Subnetwork ----
  fw::SendHandle send(fw::Address address, std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu,
                      fw::Priority priority) override {
    return base_->send(address, d_lsap, s_lsap, lsdu, priority);
  }
  bool find(const fw::Eui48& eui48, fw::NodeView& out) const override {
    return base_ && base_->find(eui48, out);
  }
  void forget(const fw::Eui48& eui48) override { base_->forget(eui48); }
  std::vector<fw::NodeView> nodes() const override {
    std::vector<fw::NodeView> views;
    if (!base_) return views;
    for (std::size_t k = 0; k < base_->node_capacity(); ++k) {
      fw::NodeView view;
      if (base_->node(k, view)) views.push_back(view);
    }
    return views;
  }
  fw::Counters counters() const override { return base_->counters(); }

  // ---- ModemClient ----
  void on_frame(const protocol::prime::ReceivedFrame& frame) override {
    inside([&](Application&) { base_->on_frame(frame); });
  }
  void on_beacon(const protocol::prime::HeardBeacon& beacon) override {
    inside([&](Application&) { base_->on_beacon(beacon); });
  }
  void on_beacon_lost() override {
    inside([&](Application&) { base_->on_beacon_lost(); });
  }

  const Application* application() const { return application_ ? &*application_ : nullptr; }

 private:
  void settle() {
    if (restart_at_ == kNever) {
      application_->settle();
      if (application_->stopped()) restart_at_ = ports_.clock.now() + kRestartAfter;
    }
    if (restart_at_ != kNever) return ports_.clock.arm(restart_at_);
    UtcNs next = application_->deadline();
    const std::int64_t deadline_us = base_->deadline_us();
    if (deadline_us != fw::kNoDeadline) {
      const std::int64_t wait_us = std::max<std::int64_t>(0, deadline_us - ports_.modem.now_us());
      next = std::min(next, ports_.clock.now() + wait_us * kNsPerUs);
    }
    ports_.clock.arm(next);
  }

  Ports ports_;
  Observer& observer_;
  std::vector<fw::Node> nodes_;
  std::vector<fw::Buffer> buffers_;
  std::optional<Application> application_;
  std::optional<fw::BaseNode> base_;
  UtcNs restart_at_ = kNever;  // not kNever: it stands still until then
};

Concentrator::Concentrator(const Ports& ports, Observer& observer)
    : impl_(std::make_unique<Impl>(ports, observer)) {}
Concentrator::~Concentrator() = default;

bool Concentrator::boot() { return impl_->boot(); }
void Concentrator::on_timer() { impl_->on_timer(); }
protocol::prime::ModemClient& Concentrator::modem_client() { return *impl_; }

void Concentrator::on_stream_open(StreamId stream, Door door) {
  impl_->inside([&](Application& application) { application.on_stream_open(stream, door); });
}
void Concentrator::on_stream_data(StreamId stream, protocol::Bytes octets) {
  impl_->inside([&](Application& application) { application.on_stream_data(stream, octets); });
}
void Concentrator::on_stream_closed(StreamId stream) {
  impl_->inside([&](Application& application) { application.on_stream_closed(stream); });
}

std::optional<Counters> Concentrator::counters() const {
  const Application* application = impl_->application();
  if (application == nullptr) return {};
  return application->counters();
}
std::vector<NodeInfo> Concentrator::nodes() const {
  const Application* application = impl_->application();
  if (application == nullptr) return {};
  return application->nodes();
}

}  // namespace dcu::app
