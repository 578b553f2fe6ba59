// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/scenario/key.hpp"
#include "sim/scenario/street_keys.hpp"

namespace sim::run {

enum class ImageFlaw { none, signature, code };
inline Names names_of(ImageFlaw) { return {"none", "signature", "code"}; }

// A firmware that may come over the air: what goes over the wire is a container that stands for the
// object in this file (docs/upgrade.md).
struct ImageRow {
  std::string name;
  std::string file;
  std::string version;
  MeterModel variant = MeterModel::ad11a;
  std::int64_t size_octets = 147'456;  // of the code, as that of a Cortex-M4
  ImageFlaw flaw = ImageFlaw::none;
  bool kept = true;

  static void describe(auto& key) {
    key("name", &ImageRow::name, "What events call it.").mandatory();
    key("file", &ImageRow::file,
        "Its shared object, relative to the scenario; builtin: the model's own.")
        .mandatory();
    key("version", &ImageRow::version, word(12), "",
        "What its container says, and what the meter must say afterwards.")
        .mandatory();
    key("variant", &ImageRow::variant, "The model it is made for.");
    key("size_octets", &ImageRow::size_octets, range(1024, 250'000), "octets",
        "What its code measures on the wire: that of the target image.");
    key("flaw", &ImageRow::flaw,
        "What is wrong with the container: a signature that is not the maker's, an octet of the "
        "code that is another.");
    key("kept", &ImageRow::kept,
        "false: its self-test fails, and a meter is expected to go back to what it ran before.");
  }
};

}  // namespace sim::run
