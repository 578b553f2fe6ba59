// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/firmware/firmware.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "meter/fw/device/firmware.h"
#include "models/core/parts/firmware_call.hpp"
#include "os/files.hpp"

namespace sim::run {
namespace {

// A function of the table, by the name people know it by.
struct Entry {
  const char* name;
  bool (*empty)(const meter_firmware& table);
};
template <auto kMember>
bool is_empty(const meter_firmware& table) {
  return table.*kMember == nullptr;
}
#define ENTRY(name) \
  Entry { #name, is_empty < &meter_firmware::name> }
// What the fleet calls of every firmware; on_samples only of those that take them.
constexpr Entry kNeeded[] = {
    ENTRY(name),     ENTRY(revision), ENTRY(init),     ENTRY(provision), ENTRY(calibrate),
    ENTRY(boot),     ENTRY(on_alarm), ENTRY(on_rtc),   ENTRY(on_uart),   ENTRY(on_sums),
    ENTRY(on_power), ENTRY(on_relay), ENTRY(describe),
};
#undef ENTRY

// A meter has some hundred; what goes on beyond this has no end. The list is an array of COSEM
// (Blue Book 4.4.3), and its readers count in 16 bits.
constexpr std::uint32_t kMostObjects = 65'535;
// Of a meter's microcontroller, with room to spare.
constexpr std::uint32_t kMostInstanceBytes = 1 << 20;

// What a table must bring before anything of it is called: all that is wrong with it, but for what
// cannot be told of a table of another shape.
std::string fault_of(const meter_firmware& table) {
  if (table.version != METER_HAL_VERSION) {
    return fmt::format("was written against hal version {}, this is version {}", table.version,
                       METER_HAL_VERSION);
  }
  if (table.size < sizeof(meter_firmware)) {
    return fmt::format(
        "its table has size = {}, that of hal version {} has {}: allowed is "
        "sizeof(struct meter_firmware)",
        table.size, METER_HAL_VERSION, sizeof(meter_firmware));
  }
  std::vector<std::string> faults;
  std::vector<const char*> empty;
  for (const Entry& each : kNeeded) {
    if (each.empty(table)) empty.push_back(each.name);
  }
  const bool takes_samples = (table.capabilities & METER_TAKES_SAMPLES) != 0;
  if (takes_samples && table.on_samples == nullptr) empty.push_back("on_samples");
  if (!empty.empty()) {
    faults.push_back(fmt::format("its table has empty entries: {}", fmt::join(empty, ", ")));
  }
  if ((table.capabilities & METER_TAKES_SUMS) == 0) {
    faults.push_back("its capabilities lack METER_TAKES_SUMS, which the fleet needs");
  }
  if (table.n_elements != 1 && table.n_elements != 3) {
    faults.push_back(fmt::format("n_elements = {}: allowed are 1 and 3", table.n_elements));
  }
  if (table.instance_bytes == 0 || table.instance_bytes > kMostInstanceBytes) {
    faults.push_back(fmt::format("instance_bytes = {}: allowed are 1 to {}", table.instance_bytes,
                                 kMostInstanceBytes));
  }
  if (table.plc_bytes > kMostInstanceBytes) {
    faults.push_back(
        fmt::format("plc_bytes = {}: allowed are up to {}", table.plc_bytes, kMostInstanceBytes));
  }
  if (table.retained_bytes > METER_RETAINED_MAX_BYTES) {
    faults.push_back(fmt::format("retained_bytes = {}: allowed are up to {}", table.retained_bytes,
                                 METER_RETAINED_MAX_BYTES));
  }
  return fmt::format("{}", fmt::join(faults, "; "));
}

// One object of the list; false: past its end. `noexcept`: what comes out is the firmware's.
bool describe(const meter_firmware& firmware, std::uint32_t index,
              meter_object_info& info) noexcept {
  const models::FirmwareCall in("meter", 0, "describe", 0);
  return firmware.describe(index, &info) == 0;
}

std::string fault_of_list(const meter_firmware& firmware) {
  meter_object_info info{};
  for (std::uint32_t index = 0; index <= kMostObjects; ++index) {
    if (!describe(firmware, index, info)) return {};
  }
  return fmt::format("its describe() goes on behind {} objects: allowed are up to that, then -1",
                     kMostObjects);
}

// Of a file that the loader would pass over in silence, or take for another's fault; empty: let it
// try.
std::string no_object_of_ours(const std::string& file) {
  const auto header_of = [](const std::string& path) {
    Elf64_Ehdr header{};
    std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(&header), sizeof header);
    return header;
  };
  if (!std::ifstream(file)) return {};
  const Elf64_Ehdr theirs = header_of(file);
  const Elf64_Ehdr ours = header_of("/proc/self/exe");
  if (!std::equal(ELFMAG, ELFMAG + SELFMAG, theirs.e_ident)) return "no shared object";
  const auto same = [&](int octet) { return theirs.e_ident[octet] == ours.e_ident[octet]; };
  if (!same(EI_CLASS) || !same(EI_DATA) || theirs.e_machine != ours.e_machine) {
    return fmt::format(
        "built for another machine: ELF{} of machine {}, this is ELF{} of machine {}",
        theirs.e_ident[EI_CLASS] == ELFCLASS32 ? 32 : 64, theirs.e_machine,
        ours.e_ident[EI_CLASS] == ELFCLASS32 ? 32 : 64, ours.e_machine);
  }
  if (theirs.e_type != ET_DYN) return "no shared object: link it with -shared";
  return {};
}

// A file that its linker has not finished, or a copy that was cut off: the loader would map it and
// die of the part that is missing. What is no ELF file at all, the loader says itself; another
// machine's is laid out otherwise.
bool is_cut_off(const std::string& file) {
  constexpr char kOurData = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  const std::string octets = os::read_file(file).text;
  Elf64_Ehdr head;
  if (!octets.starts_with(ELFMAG)) return false;
  if (octets.size() < EI_NIDENT) return true;
  if (octets[EI_CLASS] != ELFCLASS64 || octets[EI_DATA] != kOurData) return false;
  if (octets.size() < sizeof head) return true;
  std::memcpy(&head, octets.data(), sizeof head);
  const auto ends_behind = [&](std::uint64_t at, std::uint64_t n) {
    return at > octets.size() || n > octets.size() - at;
  };
  if (ends_behind(head.e_shoff, std::uint64_t{head.e_shnum} * head.e_shentsize)) return true;
  if (ends_behind(head.e_phoff, std::uint64_t{head.e_phnum} * sizeof(Elf64_Phdr))) return true;
  for (std::uint64_t k = 0; k < head.e_phnum; ++k) {
    Elf64_Phdr part;
    std::memcpy(&part, octets.data() + head.e_phoff + k * sizeof part, sizeof part);
    if (part.p_type == PT_LOAD && ends_behind(part.p_offset, part.p_filesz)) return true;
  }
  return false;
}

FoundFirmware from_shared_object(const std::string& path) {
  // A bare name would be searched for in the system's folders.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  if (is_cut_off(file)) {
    return {nullptr, "is cut off, allowed: a whole shared object (is it being written?)"};
  }
  const std::string other = no_object_of_ours(file);
  if (!other.empty()) return {nullptr, other};
  void* object = nullptr;
  models::FirmwareCall::set_guest();
  {
    const models::FirmwareCall in("meter", 0, "dlopen", 0);  // its constructors
    object = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  if (object == nullptr) {
    std::string why = dlerror();  // begins with the path, which whoever complains has said
    if (why.starts_with(file + ": ")) why.erase(0, file.size() + 2);
    return {nullptr, why};
  }
  using Getter = const meter_firmware* (*)();
  const auto entry = reinterpret_cast<Getter>(dlsym(object, METER_FIRMWARE_ENTRY));
  if (entry == nullptr) {
    return {
        nullptr,
        fmt::format("exports no {}() (hidden by -fvisibility=hidden, or C++ without extern \"C\"?)",
                    METER_FIRMWARE_ENTRY)};
  }
  const meter_firmware* const table = [entry]() noexcept {
    const models::FirmwareCall in("meter", 0, METER_FIRMWARE_ENTRY, 0);
    return entry();
  }();
  if (table == nullptr)
    return {nullptr, fmt::format("its {}() returns nothing", METER_FIRMWARE_ENTRY)};
  std::string fault = fault_of(*table);
  if (fault.empty()) fault = fault_of_list(*table);
  if (!fault.empty()) return {nullptr, fault};
  return {table, {}};
}

}  // namespace

FoundFirmware find_firmware(const std::string& name, MeterModel model) {
  const bool three_phase = name == "builtin" && model == MeterModel::ad13a;
  if (name == "ad13a" || name == "AD13A" || three_phase) return {meter_ad13a_firmware(), {}};
  if (name == "ad11a" || name == "AD11A" || name == "builtin") {
    return {meter_ad11a_firmware(), {}};
  }
  return from_shared_object(name);
}

std::string type_template_text(const meter_firmware& firmware) {
  using nlohmann::ordered_json;
  const auto obis_text = [](const auto& obis) { return fmt::format("{}", fmt::join(obis, ".")); };
  ordered_json objects = ordered_json::array();
  meter_object_info info{};
  // It may answer otherwise than when it was opened.
  for (std::uint32_t index = 0; index < kMostObjects && describe(firmware, index, info); ++index) {
    ordered_json object = {{"class", info.class_id},
                           {"version", info.version},
                           {"obis", obis_text(info.obis)},
                           {"scaler", info.scaler},
                           {"unit", info.unit}};
    if (info.n_captured > 0) {
      ordered_json captured = ordered_json::array();
      const std::size_t n = std::min<std::size_t>(info.n_captured, std::size(info.captured));
      for (std::size_t i = 0; i < n; ++i) {
        captured.push_back({{"class", info.captured[i].class_id},
                            {"obis", obis_text(info.captured[i].obis)},
                            {"attribute", info.captured[i].attribute}});
      }
      object["captured"] = std::move(captured);
    }
    objects.push_back(std::move(object));
    info = {};
  }
  const ordered_json all = {{"firmware", firmware.name},
                            {"revision", firmware.revision},
                            {"objects", std::move(objects)}};
  return all.dump(1) + "\n";
}

}  // namespace sim::run
