// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the codes of event logs are called, by the tables of a country. A name is what people read;
// which event gets which code is the meter's (meter/fw/events/event_tables.hpp).
#pragma once

#include <cstdint>
#include <string_view>

namespace protocol::cosem {

inline constexpr std::uint8_t kLogClearedCode = 255;  // in every log

// IDIS package 2 and DSMR, 230 to 249 the manufacturer's: a code is one thing in all logs.
struct IdisEventName {
  std::uint8_t code;
  std::string_view name;
};
inline constexpr IdisEventName kIdisEventNames[] = {
    {1, "power down"},
    {2, "power up"},
    {3, "daylight saving time changed"},
    {4, "clock adjusted, old time"},
    {5, "clock adjusted, new time"},
    {6, "clock invalid"},
    {7, "replace battery"},
    {8, "battery voltage low"},
    {9, "tariff plan activated"},
    {10, "error register cleared"},
    {11, "alarm register cleared"},
    {12, "program memory error"},
    {13, "RAM error"},
    {14, "non-volatile memory error"},
    {15, "watchdog error"},
    {16, "measurement system error"},
    {17, "firmware ready for activation"},
    {18, "firmware activated"},
    {19, "passive tariff plan programmed"},
    {28, "local communication begins"},
    {29, "local communication ends"},
    {40, "terminal cover removed"},
    {41, "terminal cover closed"},
    {42, "strong field detected"},
    {43, "no strong field any more"},
    {44, "meter cover removed"},
    {45, "meter cover closed"},
    {46, "authentication failed"},
    {47, "parameters changed"},
    {48, "global key changed"},
    {49, "decryption failed"},
    {50, "replay attack"},
    {51, "firmware verification failed"},
    {59, "ready for manual reconnection"},
    {60, "manual disconnection"},
    {61, "manual connection"},
    {62, "remote disconnection"},
    {63, "remote connection"},
    {64, "local disconnection"},
    {65, "limiter threshold exceeded"},
    {66, "limiter threshold ok"},
    {67, "limiter threshold changed"},
    {68, "disconnect or reconnect failure"},
    {69, "local reconnection"},
    {76, "voltage sag L1"},
    {77, "voltage sag L2"},
    {78, "voltage sag L3"},
    {79, "voltage swell L1"},
    {80, "voltage swell L2"},
    {81, "voltage swell L3"},
    {82, "voltage missing L1"},
    {83, "voltage missing L2"},
    {84, "voltage missing L3"},
    {85, "voltage normal L1"},
    {86, "voltage normal L2"},
    {87, "voltage normal L3"},
    {230, "seal broken"},
    {231, "module cover opened"},
    {232, "module cover closed"},
    {233, "parameter refused"},
    {234, "differential current"},
    {235, "no differential current any more"},
    {240, "monitor threshold exceeded"},
    {241, "monitor threshold ok"},
    {242, "relay worn"},
    {248, "firmware rolled back"},
};

// The Spanish companion for PRIME: a code is of its group, E of the log's name.
struct PrimeEventName {
  std::uint8_t group;
  std::uint8_t code;
  std::string_view name;
};
inline constexpr PrimeEventName kPrimeEventNames[] = {
    {0, 2, "power up"},
    {0, 3, "power down"},
    {0, 9, "critical internal error"},
    {0, 24, "summer time begins"},
    {0, 25, "winter time begins"},
    {0, 30, "parameters changed"},
    {0, 33, "key changed"},
    {0, 96, "contracted power changed"},
    {0, 97, "firmware changed"},
    {1, 1, "cover opened"},
    {1, 2, "cover closed"},
    {1, 3, "strong field detected"},
    {1, 4, "no strong field any more"},
    {1, 6, "attempt at the keys"},
    {2, 1, "manual connection"},
    {2, 2, "remote disconnection"},
    {2, 3, "remote connection"},
    {2, 4, "disconnection by power control"},
    {2, 5, "reconnection after power control"},
    {7, 3, "local communication begins"},
    {7, 4, "local communication ends"},
    {8, 98, "clock set"},
    {9, 14, "voltage sag is over L1"},
    {9, 15, "voltage sag is over L2"},
    {9, 16, "voltage sag is over L3"},
    {9, 18, "voltage swell is over L1"},
    {9, 19, "voltage swell is over L2"},
    {9, 20, "voltage swell is over L3"},
    {9, 22, "voltage is back L1"},
    {9, 23, "voltage is back L2"},
    {9, 24, "voltage is back L3"},
};

// Empty: nobody of that table calls it anything.
constexpr std::string_view idis_event_name(std::uint8_t code) {
  if (code == kLogClearedCode) return "log cleared";
  for (const IdisEventName& event : kIdisEventNames) {
    if (event.code == code) return event.name;
  }
  return {};
}
constexpr std::string_view prime_event_name(std::uint8_t group, std::uint8_t code) {
  if (code == kLogClearedCode) return "log cleared";
  for (const PrimeEventName& event : kPrimeEventNames) {
    if (event.group == group && event.code == code) return event.name;
  }
  return {};
}

}  // namespace protocol::cosem
