// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/image/fake_image.hpp"

#include <algorithm>

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/calendar.hpp"
#include "protocol/cosem/classes/single_action_schedule.hpp"

namespace rigs {
namespace {

namespace axdr = protocol::axdr;
namespace classes = protocol::cosem::classes;
using axdr::Cursor;
using classes::ImageTransfer;
using protocol::Bytes;
using protocol::Writer;

constexpr auto kRevision = protocol::cosem::obis(1, 0, 0, 2, 0);

template <typename Put>
ImageOctets value_of(Put put) {
  ImageOctets value(256);
  Writer out(value);
  put(out);
  value.resize(out.size());
  return value;
}

// UTC of an execution time in the meter's zone.
std::int64_t instant_of(Bytes value) {
  Cursor in(value);
  if (in.array() == 0) return 0;
  in.structure(2);
  const Bytes time = in.octet_string();
  const Bytes date = in.octet_string();
  if (!in.at_end() || time.size() != 4 || date.size() != 5) return -1;
  const int year = date[0] << 8 | date[1];
  return protocol::days_from_civil(year, date[2], date[3]) * protocol::kDayS + time[0] * 3600 +
         (time[1] - FakeImage::kOffsetMin) * 60 + time[2];
}

}  // namespace

ImageOctets test_container(const std::string& version, std::size_t code_octets) {
  ImageOctets code(code_octets);
  for (std::size_t k = 0; k < code.size(); ++k) code[k] = static_cast<std::uint8_t>(k * 7 + 3);
  return protocol::image::make_container("AD11A", version, code, {});
}

std::optional<ImageOctets> FakeImage::get(const protocol::cosem::Attribute& attribute) const {
  if (attribute.instance == kRevision) {
    return value_of([this](Writer& out) {
      axdr::put_octet_string(
          {reinterpret_cast<const std::uint8_t*>(revision.data()), revision.size()}, out);
    });
  }
  if (attribute.class_id != ImageTransfer::kId) return std::nullopt;
  switch (attribute.index) {
    case ImageTransfer::kImageBlockSize:
      return value_of([this](Writer& out) { axdr::put_double_long_unsigned(block_octets, out); });
    case ImageTransfer::kImageFirstNotTransferredBlockNumber: {
      const auto at = std::find(have.begin(), have.end(), false) - have.begin();
      return value_of([at](Writer& out) {
        axdr::put_double_long_unsigned(static_cast<std::uint32_t>(at), out);
      });
    }
    case ImageTransfer::kImageTransferStatus:
      return value_of(
          [this](Writer& out) { axdr::put_enum(static_cast<std::uint8_t>(status), out); });
    case ImageTransfer::kImageToActivateInfo:
      return ready();
  }
  return std::nullopt;
}

ImageOctets FakeImage::ready() const {
  return value_of([this](Writer& out) {
    const auto head = protocol::image::decode(octets);
    const bool good = status >= Status::verification_successful &&
                      status != Status::verification_failed && head.ok();
    axdr::begin_array(good ? 1 : 0, out);
    if (!good) return;
    axdr::begin_structure(3, out);
    axdr::put_double_long_unsigned(static_cast<std::uint32_t>(octets.size()), out);
    axdr::put_octet_string(name_, out);
    axdr::put_octet_string(head->signature, out);
  });
}

std::optional<FakeImage::AccessResult> FakeImage::set(const protocol::cosem::Attribute& attribute,
                                                      Bytes value) {
  if (attribute.instance != classes::kImageActivationSchedule) return std::nullopt;
  activate_at_s = instant_of(value);
  return activate_at_s < 0 ? AccessResult::type_unmatched : AccessResult::success;
}

std::optional<FakeImage::AccessResult> FakeImage::act(const protocol::cosem::Method& method,
                                                      Bytes parameter) {
  if (method.class_id != ImageTransfer::kId) return std::nullopt;
  switch (method.index) {
    case ImageTransfer::kImageTransferInitiate:
      return initiate(parameter);
    case ImageTransfer::kImageBlockTransfer:
      return take_block(parameter);
    case ImageTransfer::kImageVerify:
      return verify();
    case ImageTransfer::kImageActivate:
      return activate();
  }
  return std::nullopt;
}

FakeImage::AccessResult FakeImage::initiate(Bytes parameter) {
  Cursor in(parameter);
  in.structure(2);
  const Bytes name = in.octet_string();
  const std::uint64_t size = in.unsigned_number();
  if (!in.at_end()) return AccessResult::type_unmatched;
  if (status == Status::activation_initiated) return AccessResult::temporary_failure;
  ++initiations;
  if (status == Status::initiated && std::ranges::equal(name, name_) && size == octets.size()) {
    return AccessResult::success;
  }
  name_.assign(name.begin(), name.end());
  octets.assign(size, 0xFF);
  have.assign((size + block_octets - 1) / block_octets, false);
  status = Status::initiated;
  return AccessResult::success;
}

FakeImage::AccessResult FakeImage::take_block(Bytes parameter) {
  Cursor in(parameter);
  in.structure(2);
  const std::uint64_t number = in.unsigned_number();
  const Bytes block = in.octet_string();
  if (status != Status::initiated) return AccessResult::temporary_failure;
  if (!in.at_end() || number >= have.size()) return AccessResult::other_reason;
  const std::size_t at = number * block_octets;
  if (block.size() != std::min<std::size_t>(block_octets, octets.size() - at)) {
    return AccessResult::other_reason;
  }
  ++blocks_taken;
  std::copy(block.begin(), block.end(), octets.begin() + static_cast<std::ptrdiff_t>(at));
  have[number] = true;
  return AccessResult::success;
}

FakeImage::AccessResult FakeImage::verify() {
  if (status == Status::verification_successful) return AccessResult::success;
  const bool whole = std::find(have.begin(), have.end(), false) == have.end();
  const bool begun = status == Status::initiated || status == Status::verification_initiated;
  if (!begun || !whole) return AccessResult::temporary_failure;
  if (busy_verifications > 0) {
    --busy_verifications;
    status = Status::verification_initiated;
    if (busy_verifications == 0) status = Status::verification_successful;
    return AccessResult::temporary_failure;
  }
  const bool good = !refuses && protocol::image::decode(octets).ok();
  status = good ? Status::verification_successful : Status::verification_failed;
  return good ? AccessResult::success : AccessResult::other_reason;
}

FakeImage::AccessResult FakeImage::activate() {
  if (status == Status::activation_initiated) return AccessResult::success;
  if (status != Status::verification_successful) return AccessResult::temporary_failure;
  ++activations;
  status = Status::activation_initiated;
  activated_s_ = now_s_;
  return AccessResult::success;
}

void FakeImage::live_until(std::int64_t now_s) {
  now_s_ = now_s;
  if (activate_at_s != 0 && now_s >= activate_at_s) {
    activate_at_s = 0;
    activate();
  }
  if (status != Status::activation_initiated || now_s < activated_s_ + kActivationS) return;
  status = rolls_back ? Status::activation_failed : Status::activation_successful;
  if (rolls_back) return;
  const auto head = protocol::image::decode(octets);
  revision.assign(head->version.begin(),
                  std::find(head->version.begin(), head->version.end(), '\0'));
}

void FakeImage::taken_by(const ImageOctets& other) {
  const auto name = protocol::image::identifier_of(*protocol::image::decode(other));
  name_.assign(name.octets.begin(), name.octets.begin() + name.size);
  octets = other;
  have.assign((other.size() + block_octets - 1) / block_octets, true);
  status = Status::verification_successful;
}

}  // namespace rigs
