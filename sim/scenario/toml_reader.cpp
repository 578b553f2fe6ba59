// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "sim/result/kpi.hpp"
#include "sim/scenario/schema.hpp"
#include "sim/scenario/toml_depth.hpp"

namespace sim::run {
namespace {

Place place_of(const toml::source_region& source, const std::string& file) {
  return {file, source.begin.line, source.begin.column};
}

// The printers of the TOML library do what RFC 3339 asks for.
template <typename Value>
std::string printed(const Value& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

Raw to_raw(const toml::node& node, const std::string& file);

void read_table(const toml::table& table, const std::string& file, Raw& raw) {
  raw.type = Raw::Type::table;
  for (const auto& [key, child] : table) {
    raw.members.emplace_back(std::string(key.str()), to_raw(child, file));
    raw.members.back().second.key_place = place_of(key.source(), file);
  }
}

void read_date_time(const toml::date_time& value, Raw& raw) {
  raw.type = Raw::Type::date_time;
  raw.text = printed(value);
}

Raw to_raw(const toml::node& node, const std::string& file) {
  Raw raw;
  raw.place = place_of(node.source(), file);
  raw.key_place = raw.place;
  if (const auto* table = node.as_table()) {
    read_table(*table, file, raw);
  } else if (const auto* array = node.as_array()) {
    raw.type = Raw::Type::array;
    for (const toml::node& item : *array) raw.items.push_back(to_raw(item, file));
  } else if (const auto* text = node.as_string()) {
    raw.type = Raw::Type::text;
    raw.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    raw.type = Raw::Type::integer;
    raw.integer = integer->get();
  } else if (const auto* real = node.as_floating_point()) {
    raw.type = Raw::Type::real;
    raw.real = real->get();
  } else if (const auto* boolean = node.as_boolean()) {
    raw.type = Raw::Type::boolean;
    raw.boolean = boolean->get();
  } else if (const auto* date_time = node.as_date_time()) {
    read_date_time(date_time->get(), raw);
  } else if (const auto* clock = node.as_time()) {
    raw.type = Raw::Type::clock;
    const toml::time time = clock->get();
    raw.integer = time.hour * 3600 + time.minute * 60 + time.second;
  } else if (const auto* date = node.as_date()) {
    raw.text = printed(date->get());
  }
  return raw;
}

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (;;) {
    const std::size_t dot = path.find('.', from);
    parts.push_back(path.substr(from, dot - from));
    if (dot == std::string::npos) return parts;
    from = dot + 1;
  }
}

void relocate(Raw& raw, const Place& place) {
  raw.place = raw.key_place = place;
  for (Raw& item : raw.items) relocate(item, place);
  for (auto& [key, member] : raw.members) relocate(member, place);
}

}  // namespace

const Raw* Raw::find(const std::string& key) const {
  for (const auto& [name, member] : members) {
    if (name == key) return &member;
  }
  return nullptr;
}

Raw* Raw::find(const std::string& key) {
  return const_cast<Raw*>(static_cast<const Raw*>(this)->find(key));
}

std::string Raw::shown() const {
  switch (type) {
    case Type::boolean:
      return boolean ? "true" : "false";
    case Type::integer:
      return std::to_string(integer);
    case Type::real:
      return result::number_text(real);
    case Type::text: {
      // Of several lines the first that says something.
      const std::size_t begin = std::min(text.find_first_not_of(" \r\n"), text.size());
      const std::size_t end = text.find('\n', begin);
      if (text.find('\n') == text.npos) return '"' + text + '"';
      return '"' + text.substr(begin, end - begin) + (end == text.npos ? "\"" : " ...\"");
    }
    case Type::table:
      return "{...}";
    case Type::clock:
      return printed(toml::time{static_cast<std::uint8_t>(integer / 3600),
                                static_cast<std::uint8_t>(integer / 60 % 60),
                                static_cast<std::uint8_t>(integer % 60)});
    case Type::date_time:
    case Type::other:
      return text;
    case Type::array:
      break;
  }
  std::string list = "[";
  for (const Raw& item : items) list += (list.size() > 1 ? ", " : "") + item.shown();
  return list + "]";
}

RawFile parse_toml(const std::string& text, const std::string& file) {
  if (auto place = too_deep(text)) {
    place->file = file;
    return {{},
            {*place, "tables within tables, allowed: " + std::to_string(kMostTomlLevels) +
                         " levels of brackets and dots"}};
  }
  try {
    const toml::table table = toml::parse(text, file);
    Raw root;
    read_table(table, file, root);
    return {std::move(root), {}};
  } catch (const toml::parse_error& error) {
    return {{}, {place_of(error.source(), file), std::string(error.description())}};
  }
}

std::optional<Problem> apply_override(Raw& root, const std::string& assignment,
                                      const std::string& option) {
  const Place place{option, 0, 0};
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Problem{place, assignment + ": not an assignment, allowed is key=value"};
  }
  const std::string path = assignment.substr(0, equals);
  const std::string written = assignment.substr(equals + 1);
  Raw value;
  if (std::ranges::count(path, '.') > static_cast<std::ptrdiff_t>(kMostTomlLevels) ||
      too_deep(written)) {
    return Problem{place, assignment + ": tables within tables, allowed: " +
                              std::to_string(kMostTomlLevels) + " levels of brackets and dots"};
  }
  const RawFile parsed = parse_toml("value = " + written, option);
  const Raw* const read = parsed.root ? parsed.root->find("value") : nullptr;
  if (read != nullptr && parsed.root->members.size() == 1) {
    value = *read;
  } else {
    value.type = Raw::Type::text;
    value.text = written;
  }
  relocate(value, place);

  Raw* node = &root;
  for (const std::string& part : split_path(path)) {
    if (node->type != Raw::Type::table) {
      return Problem{place,
                     path + " = " + written + ": unknown key, " + "its parent is no section"};
    }
    Raw* next = node->find(part);
    if (next == nullptr) {
      Raw section;
      section.type = Raw::Type::table;
      section.place = section.key_place = place;
      node->members.emplace_back(part, std::move(section));
      next = &node->members.back().second;
    }
    node = next;
  }
  *node = std::move(value);
  return {};
}

}  // namespace sim::run
