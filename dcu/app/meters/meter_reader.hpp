// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "dcu/app/core/core.hpp"
#include "dcu/app/meters/job.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/hosted/p32/report_readings.hpp"

namespace dcu::app {

// Why a job did not do what it was for.
std::optional<protocol::p32::Failure> failure_of(const Job& job, PollOutcome outcome);

// A text of a meter, fit for a message.
std::string text_of(Bytes octets);

// Reads of meters what is not collected regularly, into lines of reports.
class MeterReader {
 public:
  explicit MeterReader(Core& core) : core_(core) {}

  // Logical device name and firmware of a meter, into the store.
  JobPtr identity_job(MeterIndex meter, std::uint8_t priority);
  JobPtr instantaneous_job(MeterIndex meter, std::uint8_t priority,
                           std::shared_ptr<protocol::p32::InstantaneousMeter> line);
  JobPtr relay_job(MeterIndex meter, std::uint8_t priority,
                   std::shared_ptr<protocol::p32::RelayMeter> line);
  JobPtr firmware_job(MeterIndex meter, std::uint8_t priority,
                      std::shared_ptr<protocol::p32::FirmwareTarget> line);

 private:
  Core& core_;
  // Scalers and units of a model's registers; a model is asked once.
  std::map<std::pair<std::string, protocol::cosem::Obis>, protocol::cosem::classes::ScalerUnit>
      units_;
};

}  // namespace dcu::app
