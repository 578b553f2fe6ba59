// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "protocol/prime/types.hpp"

namespace plc {

using protocol::prime::Scheme;

// What a receiver makes of a signal to noise ratio, in steps of 0.25 dB. Any source of such curves
// will do: closed_form_packet_errors() below stands until a receiver simulated by samples has
// measured them. Everything is a loss exponent, -ln(probability of success), because exponents of
// parts of a frame under different interference add up.
struct PacketErrorTable {
  static constexpr double kMinDb = -20;
  static constexpr double kStepDb = 0.25;
  static constexpr std::size_t kSteps = 241;  // to +40 dB
  static constexpr std::size_t kSchemes = 7;  // by PROTOCOL code; 3 is none
  using Curve = std::array<float, kSteps>;

  std::array<Curve, kSchemes> symbol{};  // one payload symbol
  Curve header{};                        // one of the two header symbols
  Curve sync{};                          // the preamble

  // Linear between steps; the outermost values hold beyond the ends.
  static double at(const Curve& curve, double snr_db);
  double payload_error(Scheme scheme, double snr_db, unsigned symbols) const;
  double header_error(double snr_db) const;  // header alone
  double sync_miss(double snr_db) const;
  // Nothing of a frame gets through: preamble, header or payload.
  double frame_error(Scheme scheme, double snr_db, unsigned symbols) const;
};

// Formulas and their anchors: docs/model-plc.md. implementation_loss_db: beyond what the
// channel's receiver_loss_db takes.
PacketErrorTable closed_form_packet_errors(double implementation_loss_db = 0);

// Uncoded bit error rate of differential modulation with Gray labels in white noise; bits per
// subcarrier 1, 2 or 3; ratio: Es/N0, linear.
double dpsk_bit_error(unsigned bits, double es_n0);

}  // namespace plc
