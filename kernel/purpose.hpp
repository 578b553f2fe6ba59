// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace kernel {

// What a random number is for: third word of the Philox counter. Two uses that must not see the
// same numbers have two purposes. Append only: a number given once keeps its meaning, or every
// seed gives another run.
enum Purpose : std::uint32_t {
  kPurposeTest = 0,
  kPurposeMainsFrequency = 1,    // entity: grid
  kPurposeMainsVoltage = 2,      // entity: grid
  kPurposeAfeTolerance = 3,      // entity: meter
  kPurposeAfeSampleNoise = 4,    // entity: meter; index: block of four ADC samples
  kPurposeAfeSumNoise = 5,       // entity: meter; index: grid step
  kPurposeHouseholdTraits = 6,   // entity: home
  kPurposeHouseholdDay = 7,      // entity: home; index: day
  kPurposeHouseholdMinute = 8,   // entity: home; index: minute
  kPurposeWeather = 9,           // entity: region; index: interval of the cloud process
  kPurposeSupplyPoint = 10,      // entity: home; its place on the feeder
  kPurposeAfeDrift = 11,         // entity: meter; its front end over temperature
  kPurposeMeterKeys = 40,        // entity: meter; keys and passwords of its provisioning
  kPurposeMeterRandom = 41,      // entity: meter; hal.random of its firmware
  kPurposeModuleRandom = 42,     // entity: meter; hal.random of its CM1
  kPurposeHeadEnd = 43,          // the head-end's random port
  kPurposeSigningKey = 45,       // the head-end's key for orders
  kPurposeConcentrator = 46,     // entity: concentrator; its random port
  kPurposeTransportKey = 47,     // entity: concentrator; key under which it is given keys
  kPurposeDcuClock = 48,         // entity: concentrator; its crystal
  kPurposeImageKey = 49,         // the maker's key for firmware images
  kPurposeStreetSpread = 44,     // entity: meter; push delay, poll phase, start delay
  kPurposeDeviceTolerance = 20,  // entity: meter; crystals
  kPurposeWanRadio = 21,         // entity: module; signal level and quality at its place
  kPurposeWanModem = 22,         // entity: module; index: attempt; attach, PDP, loss detection
  kPurposeWanBurst = 23,         // entity: module; index: burst; latency and segment loss
  kPurposeWanAccess = 24,        // entity: module; index: channel request on the RACH
  kPurposePlcFeeder = 30,        // entity: network; its cables and drops
  kPurposePlcPremises = 31,      // entity: station; access impedance
  kPurposePlcNoiseTraits = 32,   // entity: station; its own noise level and impulse rate
  kPurposePlcNoise = 33,         // entity: station; index: epoch
  kPurposePlcInterferer = 34,    // entity: station; index: day
  kPurposePlcReception = 35,     // entity: receiver; index: frame
  kPurposePlcDamage = 36,        // entity: receiver; index: frame; octets of a damaged payload
  kPurposeUpset = 25,            // entity: meter; index: millisecond; what a disturbance does
  kPurposePlcBeacon = 37,        // entity: receiver; index: time of the beacon
};

}  // namespace kernel
