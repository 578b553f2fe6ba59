// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "cm1/fw/module.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "protocol/crc32.hpp"

namespace cm1::fw {
namespace {

using protocol::dlms::kManagementDevice;
using protocol::dlms::kPublicClient;
using protocol::dlms::kPushClient;

// Dials that come to nothing although the context is active: it may be dead in the network.
constexpr std::int64_t kDialsToRenew = 5;
// Each pass starts something on the line or ends; more passes than links and queues have entries
// would be a loop.
constexpr int kMaxPasses = 32;

// What commissioning wrote, kept in flash page 0.
constexpr std::uint32_t kProvisionPage = 0;
constexpr std::uint32_t kProvisionMagic = 0x434D3150;  // "CM1P"
constexpr std::size_t kProvisionOctets = sizeof(cm1_provision);
static_assert(std::is_trivially_copyable_v<cm1_provision>);
using ProvisionImage =
    std::array<std::uint8_t, 8 + kProvisionOctets>;  // magic, CRC, the structure as it is

std::uint32_t checksum(const ProvisionImage& image) {
  return protocol::crc32(Bytes(image).subspan(8));
}

bool save_provision(const Platform& platform, const cm1_provision& provision) {
  ProvisionImage image;
  std::memcpy(image.data() + 8, &provision, kProvisionOctets);
  protocol::Writer out(MutableBytes(image).first(8));
  out.u32(kProvisionMagic);
  out.u32(checksum(image));
  return platform.flash_erase(kProvisionPage) &&
         platform.flash_write(kProvisionPage * CM1_FLASH_PAGE_BYTES, image);
}

// False when the module was never commissioned or the page is damaged.
bool load_provision(const Platform& platform, cm1_provision& provision) {
  ProvisionImage image;
  if (!platform.flash_read(kProvisionPage * CM1_FLASH_PAGE_BYTES, image)) return false;
  protocol::Reader in(image);
  if (in.u32() != kProvisionMagic || in.u32() != checksum(image)) return false;
  std::memcpy(&provision, image.data() + 8, kProvisionOctets);
  // Texts end inside their fields whatever wrote them.
  provision.apn[sizeof provision.apn - 1] = '\0';
  provision.head_end_host[sizeof provision.head_end_host - 1] = '\0';
  return true;
}

}  // namespace

Module::Module(const cm1_hal& hal)
    : platform_(hal),
      queue_(platform_),
      network_(platform_),
      uplink_(platform_, *this),
      line_(platform_, *this),
      identity_(line_),
      leds_(platform_) {}

bool Module::provision(const cm1_provision& provision) {
  return save_provision(platform_, provision);
}

void Module::boot() {
  leds_.off();
  if (!load_provision(platform_, provision_)) {
    return leds_.not_commissioned();  // waits for commissioning
  }
  running_ = true;
  queue_.mount();
  uplink_.start(provision_);
  network_.start(provision_);
  identity_at_us_ = platform_.now_us();
  settle();
}

// ---- Upcalls -----------------------------------------------------------------------------------

void Module::on_alarm() {
  if (!running_) return;
  network_.on_time();
  follow_network();
  uplink_.on_time();
  line_.on_time();
  settle();
}

void Module::on_rs485(Bytes bytes) {
  if (!running_) return;
  line_.on_bytes(bytes);
  settle();
}

void Module::on_modem(cm1_modem_state state) {
  if (!running_) return;
  network_.on_modem(state);
  settle();
}

void Module::on_socket_open(int socket, bool incoming) {
  if (!running_) return;
  uplink_.on_open(socket, incoming);
  settle();
}

void Module::on_socket_data(int socket, Bytes data) {
  if (!running_) return;
  uplink_.on_data(socket, data);
  settle();
}

void Module::on_socket_closed(int socket) {
  if (!running_) return;
  uplink_.on_closed(socket);
  settle();
}

void Module::on_socket_drained() {
  if (running_) settle();
}

// ---- What to do next ---------------------------------------------------------------------------

void Module::settle() {
  follow_network();
  send_answer();
  send_pushes();
  int passes = 0;
  while (start_next()) PROTOCOL_ASSERT(++passes < kMaxPasses);
  leds_.show(network_.powered(), network_.online(), uplink_.connected());
  arm();
}

void Module::follow_network() {
  const std::int64_t failed = uplink_.failed_dials();
  if (failed > 0 && failed % kDialsToRenew == 0 && failed != renewed_at_failures_) network_.renew();
  renewed_at_failures_ = failed;
  uplink_.set_online(network_.online());
}

// True when something was begun or dropped and there may be more to do at once.
bool Module::start_next() {
  if (!line_.idle()) return false;
  const std::int64_t now_us = platform_.now_us();
  // First of all: until it is done nobody else is let in on that link.
  if (line_.close_orphan([this](std::uint32_t holder) { return uplink_.alive(holder); })) {
    job_ = Job::close;
    return true;
  }
  if (std::exchange(close_pending_, false)) {
    if (line_.close(close_client_, close_server_)) job_ = Job::close;
    return true;
  }
  const bool public_client_taken = line_.holder(kPublicClient, kManagementDevice) != 0;
  if (!identity_.known() && now_us >= identity_at_us_ && !public_client_taken) {
    job_ = Job::identity;
    identity_.start();
    if (!identity_.busy()) identity_step_done();
    return true;
  }
  if (answer_size_ == 0 && !requests_.empty()) return start_request();
  if (now_us >= poll_at_us_) {
    job_ = Job::poll;
    ++counters_.polls;
    line_.poll(kPushClient, kManagementDevice);
    return true;
  }
  return false;
}

bool Module::start_request() {
  const RequestQueue::Request& request = requests_.front();
  if (!uplink_.alive(request.connection)) {  // nobody waits for the answer any more
    requests_.drop_front();
    return true;
  }
  if (!admit(request, requests_.front_apdu())) {
    requests_.drop_front();
    return true;
  }
  job_ = Job::request;
  line_.request(request.client, request.server, requests_.front_apdu());
  return true;
}

void Module::arm() {
  std::int64_t deadline_us =
      std::min({network_.deadline_us(), uplink_.deadline_us(), line_.deadline_us()});
  if (line_.idle()) {  // else the line's end starts what is due
    // Whoever holds the public client lets go of it, at the latest when its link has rested.
    if (!identity_.known() && line_.holder(kPublicClient, kManagementDevice) == 0) {
      deadline_us = std::min(deadline_us, identity_at_us_);
    }
    deadline_us = std::min(deadline_us, poll_at_us_);
  }
  platform_.alarm_us(deadline_us);
}

}  // namespace cm1::fw
