// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/json/json_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "protocol/hosted/printable/printable.hpp"

namespace protocol {

using Json = nlohmann::json;

struct JsonReader::Document {
  Json json = Json::object();
};

namespace {

// Our own files nest four deep; what goes through values calls itself once a level.
constexpr int kMaxDepth = 32;

bool too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && (text[i] == '[' || text[i] == '{')) {
      if (++depth > kMaxDepth) return true;
    } else if (!quoted && (text[i] == ']' || text[i] == '}')) {
      --depth;
    }
  }
  return false;
}

// Fit for a line of a terminal.
std::string clipped(std::string text, std::size_t most = 60) {
  if (text.size() > most) text = text.substr(0, most - 3) + "...";
  return protocol::printable(text);
}

const Json& json_of(const void* json) { return *static_cast<const Json*>(json); }

// Secrets stand in these files: show what kind of value it is, and its length, not the value.
std::string kind_of(const Json& value) {
  if (value.is_string()) {
    return fmt::format("({} characters)", value.get_ref<const std::string&>().size());
  }
  if (!value.is_structured()) return fmt::format("({})", value.type_name());
  return fmt::format("({} of {})", value.type_name(), value.size());
}

// Of what stands inside an object or array nobody knows whether it is one.
std::string shown(const Json& value, bool secret) {
  return secret || value.is_structured() ? kind_of(value) : clipped(value.dump());
}

bool secret_key(std::string_view key) {
  return key.find("key") != std::string_view::npos ||
         key.find("password") != std::string_view::npos;
}

// Two digits an octet.
bool take_hex(std::string_view digits, std::span<std::uint8_t> out) {
  for (std::size_t k = 0; k < out.size(); ++k) {
    const char* const at = digits.data() + 2 * k;
    const auto end = std::from_chars(at, at + 2, out[k], 16);
    if (end.ec != std::errc() || end.ptr != at + 2) return false;
  }
  return true;
}

// The value of a key of an object; nullptr: it has none.
const Json* find(const void* object, const char* key) {
  const Json& json = json_of(object);
  const auto found = json.find(key);
  return found == json.end() ? nullptr : &*found;
}

}  // namespace

JsonReader::JsonReader(std::string name, std::string_view text)
    : name_(std::move(name)), document_(std::make_unique<Document>()) {
  if (too_deep(text)) {
    faults_.push_back(fmt::format("{}: allowed: JSON of {} levels", name_, kMaxDepth));
    return;
  }
  try {
    document_->json = Json::parse(text.begin(), text.end());
  } catch (const Json::exception& error) {
    std::string what = error.what();
    what.resize(std::min(what.size(), what.find("; last read")));  // which may be a key
    const std::size_t colon = what.find("] ");
    faults_.push_back(fmt::format(
        "{}: {}", name_, clipped(colon == std::string::npos ? what : what.substr(colon + 2), 200)));
    return;
  }
  if (!document_->json.is_object()) {
    faults_.push_back(fmt::format("{}: allowed: one JSON object", name_));
    document_->json = Json::object();
  }
}
JsonReader::~JsonReader() = default;

JsonNode JsonReader::root() { return JsonNode(this, &document_->json, ""); }

void JsonNode::fault(const char* key, std::string_view allowed) const {
  const Json* const found = find(json_, key);
  note(key, found == nullptr ? std::string("missing") : "= " + shown(*found, secret_key(key)),
       allowed);
}

void JsonNode::note(const char* key, std::string_view what, std::string_view allowed) const {
  const std::string name = clipped(key);
  const std::string where = path_.empty() ? name : fmt::format("{}.{}", path_, name);
  reader_->faults_.push_back(
      fmt::format("{}: {} {}: allowed: {}", reader_->name_, where, what, allowed));
}

bool JsonNode::has(const char* key) const { return json_of(json_).contains(key); }

std::string JsonNode::text(const char* key, std::size_t min_length, std::size_t max_length) const {
  const Json* const found = find(json_, key);
  if (found != nullptr && found->is_string()) {
    const auto& value = found->get_ref<const std::string&>();
    if (value.size() >= min_length && value.size() <= max_length) return value;
  }
  fault(key, fmt::format("text of {} to {} characters", min_length, max_length));
  return {};
}

std::string JsonNode::identifier(const char* key, std::size_t max_length) const {
  static constexpr std::string_view kOthers = "._:-";
  std::string name = text(key, 1, max_length);
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  };
  if (std::all_of(name.begin(), name.end(), fits)) return name;
  fault(key, "letters, digits and . _ : -");
  return {};
}

std::string JsonNode::optional_text(const char* key) const {
  const Json* const found = find(json_, key);
  if (found == nullptr || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::int64_t JsonNode::integer(const char* key, std::int64_t min, std::int64_t max) const {
  const Json* const found = find(json_, key);
  if (found != nullptr && found->is_number_integer()) {
    const bool beyond = found->is_number_unsigned() && found->get<std::uint64_t>() > INT64_MAX;
    const auto value = found->get<std::int64_t>();
    if (!beyond && value >= min && value <= max) return value;
  }
  fault(key, fmt::format("a whole number from {} to {}", min, max));
  return min;
}

bool JsonNode::boolean(const char* key) const {
  const Json* const found = find(json_, key);
  if (found != nullptr && found->is_boolean()) return found->get<bool>();
  fault(key, "true or false");
  return false;
}

void JsonNode::hex(const char* key, std::span<std::uint8_t> out) const {
  const Json* const found = find(json_, key);
  const bool text = found != nullptr && found->is_string();
  const std::string_view digits =
      text ? std::string_view(found->get_ref<const std::string&>()) : std::string_view();
  if (digits.size() == 2 * out.size() && take_hex(digits, out)) return;
  std::ranges::fill(out, std::uint8_t{0});
  fault(key, fmt::format("{} hexadecimal digits", 2 * out.size()));
}

std::vector<JsonNode> JsonNode::objects(const char* key) const {
  const Json* const found = find(json_, key);
  const auto is_object = [](const Json& value) { return value.is_object(); };
  if (found == nullptr || !found->is_array() ||
      !std::all_of(found->begin(), found->end(), is_object)) {
    fault(key, "an array of objects");
    return {};
  }
  std::vector<JsonNode> nodes;
  nodes.reserve(found->size());
  const std::string prefix = path_.empty() ? key : path_ + "." + key;
  for (std::size_t i = 0; i < found->size(); ++i) {
    nodes.push_back(JsonNode(reader_, &(*found)[i], fmt::format("{}[{}]", prefix, i)));
  }
  return nodes;
}

void JsonNode::refuse_others(std::span<const char* const> known) const {
  for (const auto& [key, value] : json_of(json_).items()) {
    const auto is = [&key = key](const char* name) { return key == name; };
    if (std::any_of(known.begin(), known.end(), is)) continue;
    std::string list;
    for (const char* name : known) list += list.empty() ? name : fmt::format(", {}", name);
    // A text may be a key of ours by another name.
    note(key.c_str(), "= " + shown(value, value.is_string()), list);
  }
}

std::string json_quoted(const std::string& text) { return Json(text).dump(); }

}  // namespace protocol
