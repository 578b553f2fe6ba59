// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/meters/meter_reader.hpp"

#include <algorithm>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/image_transfer.hpp"
#include "protocol/hosted/profile_rows/profile_rows.hpp"

namespace dcu::app {
namespace {

namespace classes = protocol::cosem::classes;
namespace p32 = protocol::p32;
using classes::DisconnectControl;
using classes::ScalerUnit;
using protocol::axdr::Cursor;
using protocol::cosem::AccessResult;
using protocol::cosem::obis;
using protocol::cosem::Obis;

constexpr auto kDeviceName = obis(0, 0, 42, 0, 0);
constexpr auto kFirmware = obis(1, 0, 0, 2, 0);
constexpr auto kDisconnect = obis(0, 0, 96, 3, 10);
constexpr std::size_t kMaxName = 32;

// Energies, powers, voltages, currents by phase, frequency; what a meter lacks is left out.
constexpr std::array kInstantaneous = {
    obis(1, 0, 1, 8, 0),  obis(1, 0, 2, 8, 0),  obis(1, 0, 1, 7, 0),  obis(1, 0, 2, 7, 0),
    obis(1, 0, 3, 7, 0),  obis(1, 0, 4, 7, 0),  obis(1, 0, 32, 7, 0), obis(1, 0, 52, 7, 0),
    obis(1, 0, 72, 7, 0), obis(1, 0, 31, 7, 0), obis(1, 0, 51, 7, 0), obis(1, 0, 71, 7, 0),
    obis(1, 0, 14, 7, 0),
};

// The meter lacks the object: a fact about the meter, not a failure of the job.
bool lacks(const Answer& answer) {
  return answer.result == AccessResult::object_undefined ||
         answer.result == AccessResult::object_unavailable;
}

}  // namespace

std::string text_of(Bytes octets) {
  std::string text;
  for (const std::uint8_t octet : octets.first(std::min(octets.size(), kMaxName))) {
    text += octet >= 0x20 && octet < 0x7F ? static_cast<char>(octet) : '.';
  }
  return text;
}

std::optional<p32::Failure> failure_of(const Job& job, PollOutcome outcome) {
  using p32::ErrorCategory;
  namespace code = p32::error_code;
  switch (outcome) {
    case PollOutcome::done:
      return std::nullopt;
    case PollOutcome::refused:
      return p32::Failure{ErrorCategory::dlms, static_cast<std::uint8_t>(job.refusal)};
    case PollOutcome::no_answer:
      return p32::Failure{ErrorCategory::communication, code::kNoAnswer};
    case PollOutcome::rejected:
      return p32::Failure{ErrorCategory::communication, code::kAssociationRefused};
    case PollOutcome::unreadable:
      return p32::Failure{ErrorCategory::data, code::kUndecodable};
    case PollOutcome::lost:
      return p32::Failure{ErrorCategory::communication, code::kConnectionLost};
    case PollOutcome::unreachable:
      return p32::Failure{ErrorCategory::communication, code::kNotRegistered};
  }
  return std::nullopt;
}

JobPtr MeterReader::identity_job(MeterIndex meter, std::uint8_t priority) {
  JobPtr job = job_of("identity", meter, priority);
  job->operations = {get_of(classes::Data::kId, kDeviceName, classes::Data::kValue),
                     get_of(classes::Data::kId, kFirmware, classes::Data::kValue)};
  job->on_answer = [this](Job& asked, const Answer& answer) {
    if (!answer.ok()) return Job::Next::go_on;
    Cursor in(answer.data);
    const Bytes octets = in.octet_string();
    if (!in.at_end()) return Job::Next::unreadable;
    MeterEntry& entry = core_.store.meters()[asked.meter];
    (asked.at == 0 ? entry.device_name : entry.firmware) = text_of(octets);
    core_.store.save_state(asked.meter);
    return Job::Next::go_on;
  };
  return job;
}

JobPtr MeterReader::instantaneous_job(MeterIndex meter, std::uint8_t priority,
                                      std::shared_ptr<p32::InstantaneousMeter> line) {
  JobPtr job = job_of("instantaneous", meter, priority);
  const std::string model = core_.store.meters()[meter].given.model;
  job->prepare = [model, line](Job& planned) {
    line->readings.clear();
    planned.operations.push_back(get_of(classes::Clock::kId, kClock, classes::Clock::kTime));
    for (const Obis& name : kInstantaneous) {
      planned.operations.push_back(get_of(classes::Register::kId, name, classes::Register::kValue));
    }
  };
  job->on_answer = [this, model, line](Job& asked, const Answer& answer) {
    const auto target = asked.operations[asked.at].target;
    if (!answer.ok()) {
      if (lacks(answer)) asked.refusal = AccessResult::success;
      return lacks(answer) ? Job::Next::go_on : Job::Next::finished;
    }
    Cursor in(answer.data);
    if (target.class_id == classes::Clock::kId) {
      const auto time =
          protocol::profile_rows::meter_time(in.date_time(), core_.store.parameters().zone);
      if (time.ok() && in.at_end()) line->clock = *time;
      return Job::Next::go_on;
    }
    if (target.index == classes::Register::kValue) {
      const auto value = protocol::profile_rows::take_cell(in).int64();
      if (!in.at_end()) return Job::Next::unreadable;
      if (!value) return Job::Next::go_on;  // no number that the report holds
      const auto known = units_.find({model, target.instance});
      const ScalerUnit unit = known == units_.end() ? ScalerUnit{} : known->second;
      line->readings.push_back({target.instance, *value, unit.scaler, unit.unit});
      if (known == units_.end()) {
        asked.operations.push_back(
            get_of(classes::Register::kId, target.instance, classes::Register::kScalerUnit));
      }
    } else {
      const ScalerUnit unit = classes::take_scaler_unit(in);
      if (!in.at_end()) return Job::Next::unreadable;
      units_[{model, target.instance}] = unit;
      for (p32::Reading& reading : line->readings) {
        if (reading.obis != target.instance) continue;
        reading.scaler = unit.scaler;
        reading.unit = unit.unit;
      }
    }
    return Job::Next::go_on;
  };
  return job;
}

JobPtr MeterReader::relay_job(MeterIndex meter, std::uint8_t priority,
                              std::shared_ptr<p32::RelayMeter> line) {
  JobPtr job = job_of("relayStatus", meter, priority);
  job->operations = {get_of(DisconnectControl::kId, kDisconnect, DisconnectControl::kOutputState),
                     get_of(DisconnectControl::kId, kDisconnect, DisconnectControl::kControlState),
                     get_of(DisconnectControl::kId, kDisconnect, DisconnectControl::kControlMode)};
  job->on_answer = [this, line](Job& asked, const Answer& answer) {
    if (!answer.ok()) return Job::Next::finished;
    Cursor in(answer.data);
    switch (asked.operations[asked.at].target.index) {
      case DisconnectControl::kOutputState:
        line->output_closed = in.boolean();
        break;
      case DisconnectControl::kControlState:
        line->control_state = in.enumeration();
        break;
      case DisconnectControl::kControlMode:
        line->control_mode = in.enumeration();
        break;
    }
    line->read_at = p32::utc_ms_of_ns(core_.now());
    return in.at_end() ? Job::Next::go_on : Job::Next::unreadable;
  };
  return job;
}

JobPtr MeterReader::firmware_job(MeterIndex meter, std::uint8_t priority,
                                 std::shared_ptr<p32::FirmwareTarget> line) {
  JobPtr job = job_of("firmwareStatus", meter, priority);
  job->operations = {get_of(classes::Data::kId, kFirmware, classes::Data::kValue),
                     get_of(classes::ImageTransfer::kId, classes::kImageTransferName,
                            classes::ImageTransfer::kImageTransferStatus)};
  job->on_answer = [this, line](Job& asked, const Answer& answer) {
    Cursor in(answer.data);
    if (asked.at == 0) {
      if (!answer.ok()) return Job::Next::finished;
      line->active = text_of(in.octet_string());
      if (!in.at_end()) return Job::Next::unreadable;
      core_.store.meters()[asked.meter].firmware = line->active;
      core_.store.save_state(asked.meter);
      return Job::Next::go_on;
    }
    // No image transfer: the meter is idle, and says by its error why it always will be.
    if (!answer.ok()) return Job::Next::finished;
    // Blue Book 4.4.6: 0 not initiated, 1 initiated, 2..4 verification, 5..7 activation.
    constexpr std::array kStates = {
        p32::TransferState::idle,        p32::TransferState::transferring,
        p32::TransferState::transferred, p32::TransferState::verified,
        p32::TransferState::failed,      p32::TransferState::verified,
        p32::TransferState::activated,   p32::TransferState::failed,
    };
    const std::uint8_t status = in.enumeration();
    if (!in.at_end() || status >= kStates.size()) return Job::Next::unreadable;
    line->state = kStates[status];
    return Job::Next::go_on;
  };
  return job;
}

}  // namespace dcu::app
