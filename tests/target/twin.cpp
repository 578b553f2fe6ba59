// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/target/twin.hpp"

#include <algorithm>

#include "tests/target/sessions.hpp"

namespace target {
namespace {

const char* name_of(Kind kind) {
  static const char* const names[] = {
      "",        "init", "provision", "calibrate", "boot",     "alarm", "rtc",    "uart",
      "samples", "sums", "power",     "relay",     "describe", "plc",   "beacon", "input"};
  const auto k = static_cast<std::size_t>(kind);
  return kind == Kind::module ? "module" : k < std::size(names) ? names[k] : "none";
}

}  // namespace

Twin::Twin(const meter_firmware& host, const std::string& image, const meter_hal& platform)
    : host_(host),
      image_(image),
      platform_(platform),
      record_(record_table(platform, this)),
      replay_(replay_table(platform, this)) {}

TargetMeter& Twin::image() {
  if (session_ == nullptr || session_->hal() != &replay_) {
    throw std::runtime_error("the image serves another meter by now");
  }
  return *session_;
}

void Twin::construct(void* host_instance) {
  host_instance_ = host_instance;
  record_ = record_table(platform_, this);
  replay_ = replay_table(platform_, this);
  taken_.fill(nullptr);
  session_ = &session_for(image_, &replay_);
  session_->adopt(&replay_);
  upcall(Kind::init, {session_->init_payload()}, [this] {
    host_.init(host_instance_, &record_);
    return 0;
  });
}

int Twin::upcall(Kind kind, std::initializer_list<Bytes> payload,
                 const std::function<int()>& host) {
  TargetMeter& image = this->image();
  try {
    const auto* const retained = static_cast<const std::uint8_t*>(platform_.retained);
    std::copy(retained, retained + platform_.retained_bytes, retained_.begin());
    image.prepare(platform_);
    transcript_.begin(std::string("upcall ") + name_of(kind) + " number " +
                      std::to_string(++totals_.upcalls));
    const int result = host();
    image.answer_ahead(transcript_.answers());
    const int image_result = image.run(kind, payload);
    transcript_.end();
    totals_.downcalls = transcript_.compared();
    if (image_result != result) {
      throw Divergence(text("result: host and image", result, image_result));
    }
    if (!std::equal(retained, retained + platform_.retained_bytes, retained_.begin())) {
      throw Divergence("battery-backed RAM differs");
    }
    return result;
  } catch (const std::runtime_error&) {
    end_session(image);  // it may stand in the middle of an upcall
    session_ = nullptr;
    throw;
  }
}

std::uint8_t Twin::token_of(const std::uint8_t* buffer) const {
  const auto at = std::find(taken_.begin(), taken_.end(), buffer);
  return at == taken_.end() ? meter::port::kNoSlot : static_cast<std::uint8_t>(at - taken_.begin());
}

}  // namespace target
