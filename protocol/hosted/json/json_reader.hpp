// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// JSON files, read so that all that is wrong with one is said at once, and nothing secret of it.
namespace protocol {

class JsonReader;

// One object of a document. Every getter notes what is wrong in the reader and then returns a
// neutral value, so that a reader of a file names all its faults at once.
class JsonNode {
 public:
  std::string text(const char* key, std::size_t min_length, std::size_t max_length) const;
  // 1 to `max_length` of A-Z a-z 0-9 . _ : -, as P3.2Ex names things.
  std::string identifier(const char* key, std::size_t max_length) const;
  std::string optional_text(const char* key) const;  // "" when absent; numbers as digits
  std::int64_t integer(const char* key, std::int64_t min, std::int64_t max) const;
  bool boolean(const char* key) const;
  // Exactly out.size() octets as hexadecimal digits.
  void hex(const char* key, std::span<std::uint8_t> out) const;
  std::vector<JsonNode> objects(const char* key) const;  // an array of objects
  bool has(const char* key) const;
  // Keys of this object that are not among `known`, for a reader that allows no others.
  void refuse_others(std::span<const char* const> known) const;
  // Notes "FILE: PATH.KEY = VALUE: allowed: ALLOWED"; of what may be a secret, its type and size.
  void fault(const char* key, std::string_view allowed) const;

 private:
  void note(const char* key, std::string_view what, std::string_view allowed) const;
  friend class JsonReader;
  JsonNode(JsonReader* reader, const void* json, std::string path)
      : reader_(reader), json_(json), path_(std::move(path)) {}
  JsonReader* reader_;
  const void* json_;  // the library's type stays out of headers
  std::string path_;
};

// A JSON text with a name for messages.
class JsonReader {
 public:
  JsonReader(std::string name, std::string_view text);
  ~JsonReader();
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  JsonNode root();
  const std::vector<std::string>& faults() const { return faults_; }

 private:
  friend class JsonNode;
  struct Document;
  std::string name_;
  std::unique_ptr<Document> document_;
  std::vector<std::string> faults_;
};

// A text as JSON writes it, in quotes.
std::string json_quoted(const std::string& text);

}  // namespace protocol
