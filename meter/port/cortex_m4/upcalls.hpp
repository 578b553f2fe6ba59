// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/port/cortex_m4/platform.hpp"

namespace meter::port {

// Turns messages of the host into calls of the firmware's table and says what became of each.
class UpcallServer {
 public:
  struct Store {
    std::uint8_t upcall[kMaxUpcallOctets];
    std::int32_t counts[kWindowCounts];
    alignas(16) std::uint8_t instance[64 * 1024];
  };

  UpcallServer(const meter_firmware& firmware, Platform& platform, Store& store)
      : firmware_(firmware), platform_(platform), store_(store) {}

  void say_hello();
  void serve_one();

 private:
  void* instance() { return store_.instance; }
  bool set_memory(Kind kind, protocol::Reader in);
  std::int32_t call(Kind kind, protocol::Reader& in);
  template <typename Upcall>
  bool pass(Kind kind, protocol::Reader& in, std::int32_t& result);
  void init(protocol::Reader& in);
  void on_samples(protocol::Reader& in);
  void on_plc(protocol::Reader& in);
  void describe(protocol::Reader& in);
  void report_statistics();
  void compute(protocol::Reader in);
  void finish(std::int32_t result, Bytes more);

  const meter_firmware& firmware_;
  Platform& platform_;
  Store& store_;
};

}  // namespace meter::port
