// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/run_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "hes-stub/store/store_kind.hpp"
#include "os/files.hpp"
#include "sim/assembly/head_end/child.hpp"
#include "sim/result/writer.hpp"

namespace sim::run {
namespace {

namespace fs = std::filesystem;

// Both stand in the file; the first of them at its begin.
struct FileLook {
  std::string_view name;
  std::string_view begin;
  std::string_view within;
};
constexpr FileLook kLooks[] = {
    {"result.h5", "\x89HDF\r\n\x1a\n", "scenario_sha256"},
    {"trace.vcd", "$date", "SystemC"},
    {"doors.csv", "door,number,host,port\n", ""},
    {"report.html", "<!doctype html>", "amitwin</title>"},
    {"junit.xml", "<?xml", "<testsuites"},
    {"summary.json", "{", "\"digest\""},
};

// Without reading more of it than must be: results are large.
bool looks_like(const std::string& path, const FileLook& look) {
  std::ifstream file(path, std::ios::binary);
  std::string text(1 << 16, '\0');
  bool first = true;
  for (std::size_t kept = 0;;) {
    file.read(text.data() + kept, static_cast<std::streamsize>(text.size() - kept));
    const auto n = static_cast<std::size_t>(file.gcount());
    const std::string_view seen(text.data(), kept + n);
    if (first && !seen.starts_with(look.begin)) return false;
    first = false;
    if (seen.find(look.within) != std::string_view::npos) return true;
    if (n == 0) return false;
    kept = std::min(look.within.size(), seen.size());
    std::copy_n(seen.end() - static_cast<std::ptrdiff_t>(kept), kept, text.begin());
  }
}

// "12.345678 accepted 1 0"
bool looks_like_inputs(const std::string& path) {
  std::ifstream file(path);
  double at_s = 0;
  std::string what;
  return static_cast<bool>(file >> at_s >> what);
}

std::string why_no_store_of_a_run(const std::string& folder, const std::string& path) {
  switch (hes::kind_of_store(path)) {
    case hes::StoreKind::none:
    case hes::StoreKind::of_a_run:
      return {};
    case hes::StoreKind::head_end:
      return path + ": is the store of a head-end (amitwin hes)";
    case hes::StoreKind::unmarked: {
      // A build before the mark: beside its result, and closed.
      std::error_code error;
      const bool open = fs::file_size(path + "-wal", error) > 0 && !error;
      if (!open && looks_like(folder + "/result.h5", kLooks[0])) return {};
      return path + ": is not the store of a run";
    }
    case hes::StoreKind::foreign:
      break;
  }
  return path + ": is not the store of a run";
}

}  // namespace

std::string why_not_ours(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return {};
  if (fs::is_directory(status)) return path + ": is a folder, and a run writes a file of that name";
  if (!fs::is_regular_file(status)) return path + ": is no file, and a run writes one of that name";
  if (fs::file_size(path, error) == 0) return {};
  if (name == "hes.sqlite") return why_no_store_of_a_run(folder, path);
  if (name.starts_with("hes.sqlite-")) {
    return fs::exists(folder + "/hes.sqlite") ? std::string() : path + ": belongs to no store";
  }
  if (name == "inputs.log") {
    return looks_like_inputs(path) ? std::string() : path + ": is not of a run";
  }
  const auto look = std::ranges::find(kLooks, name, &FileLook::name);
  if (look != std::end(kLooks) && !looks_like(path, *look)) return path + ": is not of a run";
  return {};
}

bool is_part(const std::string& parts, const std::string& name) {
  const std::string path = parts + "/" + name;
  std::error_code error;
  if (!result::is_part_name(name) || !fs::is_regular_file(path, error)) return false;
  return name.ends_with(os::kUnfinished) || looks_like(path, kLooks[0]);
}

std::vector<std::string> leftovers_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const char* const name : kRunFiles) {
    if (std::string_view(name) == "parts") continue;
    names.emplace_back(name);
    names.push_back(name + std::string(os::kUnfinished));
  }
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (is_childs_file(name)) names.push_back(name);
  }
  for (const auto& entry : fs::directory_iterator(folder + "/parts", error)) {
    const std::string name = entry.path().filename().string();
    if (result::is_part_name(name)) names.push_back("parts/" + name);
  }
  return names;
}

}  // namespace sim::run
