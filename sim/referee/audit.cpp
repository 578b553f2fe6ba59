// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "protocol/dlms/client.hpp"
#include "protocol/hdlc/primary.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "sim/assembly/optical_port.hpp"
#include "sim/referee/judge.hpp"

namespace sim::run {
namespace {

using protocol::Bytes;
namespace dlms = protocol::dlms;
namespace hdlc = protocol::hdlc;

constexpr kernel::EntityId kAuditEntity = 3;
constexpr kernel::TimeNs kPatience = 10 * kernel::kNsPerMinute;  // for all meters together
constexpr std::size_t kRowOctets = 64;                           // encoded, generously

// The hand-held unit on one meter's optical port.
class HandHeld final : private hdlc::PrimaryOwner,
                       private kernel::Entity,
                       private OpticalPort::Events {
 public:
  // No key of `crypto` is ever used: the reading client has a password.
  HandHeld(kernel::Agenda& agenda, Home& home, protocol::crypto::Engine& crypto,
           std::vector<Question> questions, std::size_t answer_octets)
      : agenda_(agenda),
        questions_(std::move(questions)),
        work_(answer_octets),
        timer_(agenda, *this, kAuditEntity, home.identity.number),
        port_(agenda, *home.meter, kAuditEntity, home.identity.number,
              static_cast<OpticalPort::Events&>(*this)),
        session_(client_config(home), crypto, work_),
        primary_(primary_config(), send_buffer_, receive_buffer_, *this) {
    port_.begin(kHolder);
    primary_.open(now_us());
    rearm();
  }

  bool over() const { return over_; }
  // Everything was asked, and every answer made sense.
  bool whole() const { return next_ == questions_.size(); }

 private:
  static constexpr OpticalPort::Holder kHolder = 1;

  static dlms::ClientConfig client_config(const Home& home) {
    dlms::ClientConfig config;
    config.client_sap = dlms::kReadingClient;
    config.authentication = dlms::Authentication::lls;
    const std::string& password = home.identity.low_level_password;
    config.password_octets = static_cast<std::uint8_t>(password.size());
    std::copy(password.begin(), password.end(), config.password.begin());
    return config;
  }
  static hdlc::PrimaryConfig primary_config() {
    hdlc::PrimaryConfig config;
    config.client = {dlms::kReadingClient, 0, 1};
    return config;
  }
  std::int64_t now_us() const { return agenda_.now() / kernel::kNsPerUs; }
  void rearm() {
    const std::int64_t deadline_us = primary_.deadline_us();
    timer_.arm(deadline_us > kernel::kNever / kernel::kNsPerUs ? kernel::kNever
                                                               : deadline_us * kernel::kNsPerUs);
  }

  void on_frames(OpticalPort::Holder, Bytes octets) override {
    primary_.on_bytes(now_us(), octets);
    rearm();
  }
  void on_sent_away(OpticalPort::Holder) override { over_ = true; }
  void send_frame(Bytes frame) override { port_.receive(kHolder, frame); }
  void on_time(kernel::TimeNs, std::uint32_t) override {
    primary_.on_time(now_us());
    rearm();
  }

  void on_opened() override { transmit_apdu(session_.associate()); }
  void on_apdu(Bytes apdu) override {
    const dlms::ClientEvent event = session_.on_apdu(apdu);
    switch (event.kind) {
      case dlms::ClientEvent::Kind::send:
        transmit_apdu(event.send);
        break;
      case dlms::ClientEvent::Kind::associated:
        ask();
        break;
      case dlms::ClientEvent::Kind::data:
        take(event.data);
        break;
      case dlms::ClientEvent::Kind::refused:
        take(std::nullopt);
        break;
      default:
        over_ = true;
        break;
    }
  }
  void ask() {
    over_ = whole();
    if (over_) return;
    asked_ = agenda_.now();
    transmit_apdu(session_.get(questions_[next_].attribute, questions_[next_].selection));
  }
  void take(std::optional<Bytes> value) {
    over_ = !questions_[next_].take(value, {asked_, agenda_.now()});
    if (over_) return;
    ++next_;
    ask();
  }
  void on_nothing() override { over_ = true; }
  void on_closed() override { over_ = true; }
  void on_failed(hdlc::LinkFailure) override { over_ = true; }
  void transmit_apdu(const protocol::Result<Bytes>& apdu) {
    if (!apdu.ok() || !primary_.send(now_us(), apdu.value())) over_ = true;
  }

  kernel::Agenda& agenda_;
  std::vector<Question> questions_;
  std::size_t next_ = 0;
  kernel::TimeNs asked_ = 0;
  std::vector<std::uint8_t> work_;
  std::array<std::uint8_t, 2048> send_buffer_{};
  std::array<std::uint8_t, 2048> receive_buffer_{};
  kernel::Timer timer_;
  OpticalPort port_;
  dlms::ClientSession session_;
  hdlc::Primary primary_;
  bool over_ = false;
};

}  // namespace

std::vector<ReadMeter> read_all_meters(World& world, const Scenario& scenario,
                                       kernel::TimeNs until) {
  protocol::crypto::OpensslEngine crypto(protocol::crypto::system_random());
  std::vector<ReadMeter> read(world.homes().size());
  std::vector<std::unique_ptr<HandHeld>> units;
  for (auto& home : world.homes()) {
    const auto max_rows = static_cast<std::size_t>(
        until / kernel::kNsPerSecond / home->settings.capture_period_s + 200);
    units.push_back(std::make_unique<HandHeld>(
        world.agenda_of(*home), *home, crypto,
        questions_of(scenario, *home, until, read[units.size()]), max_rows * kRowOctets + 8192));
  }
  const kernel::TimeNs give_up = world.now() + kPatience;
  const auto waiting = [&] {
    return std::ranges::any_of(units, [](const auto& unit) { return !unit->over(); });
  };
  while (waiting() && world.now() < give_up) world.run_until(world.now() + kernel::kNsPerSecond);
  for (std::size_t k = 0; k < units.size(); ++k) read[k].whole = units[k]->whole();
  return read;
}

}  // namespace sim::run
