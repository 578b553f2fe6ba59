// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/class_sizes.hpp"

#include <algorithm>
#include <cctype>

namespace tidy {
namespace {

struct Token {
  std::string text;  // a word, ::, or one other character
  int line;
};
using Tokens = std::vector<Token>;

Tokens tokens_of(const SourceFile& file) {
  Tokens tokens;
  const auto code = code_of(file);
  for (std::size_t n = 0; n < code.size(); ++n) {
    const std::string& line = code[n];
    if (line.find_first_not_of(' ') != std::string::npos &&
        line[line.find_first_not_of(' ')] == '#') {
      continue;
    }
    for (std::size_t i = 0; i < line.size();) {
      std::size_t end = i + 1;
      if (in_word(line[i])) {
        while (end < line.size() && in_word(line[end])) ++end;
      } else if (line.compare(i, 2, "::") == 0) {
        ++end;
      }
      if (line[i] != ' ') tokens.push_back({line.substr(i, end - i), static_cast<int>(n + 1)});
      i = end;
    }
  }
  return tokens;
}

class Parser {
 public:
  Parser(const SourceFile& file, std::vector<ClassSize>& out)
      : path_(file.path), tokens_(tokens_of(file)), out_(out) {}

  void scope(const std::string& prefix) {
    while (at_ < tokens_.size() && !is("}")) statement(prefix, nullptr);
  }
  bool done() const { return at_ == tokens_.size(); }

 private:
  bool is(const char* text) const { return at_ < tokens_.size() && tokens_[at_].text == text; }

  // Skips a bracket with all in it.
  void skip_group() {
    int depth = 0;
    do {
      const std::string& text = tokens_[at_++].text;
      if (text == "(" || text == "{" || text == "[") ++depth;
      if (text == ")" || text == "}" || text == "]") --depth;
    } while (depth > 0 && at_ < tokens_.size());
  }

  // One declaration, at the scope of a namespace or, with `owner`, of a class.
  void statement(const std::string& prefix, ClassSize* owner) {
    const std::size_t begin = at_;
    std::vector<std::string> words;  // up to a body or the end, groups as "(" and "["
    int angles = 0;
    while (at_ < tokens_.size() && !is(";") && !is("}")) {
      if (is("{")) {
        if (body(prefix, owner, words, begin)) return;
        continue;
      }
      if (is("alignas")) {
        ++at_;
        skip_group();
        continue;
      }
      if (is("(") || is("[")) {
        if (angles == 0) words.push_back(tokens_[at_].text);
        skip_group();
        continue;
      }
      const std::string text = tokens_[at_++].text;
      const bool arrow = text == ">" && at_ >= 2 && tokens_[at_ - 2].text == "-";
      const bool operators = !words.empty() && words.back() == "operator";
      if (text == "<" && !operators) ++angles;
      if (angles == 0) words.push_back(text);
      if (text == ">" && angles > 0 && !arrow) --angles;
      if (text == ":" && words.size() == 2 &&
          (words[0] == "public" || words[0] == "private" || words[0] == "protected")) {
        return;
      }
    }
    if (is(";")) ++at_;
    if (owner != nullptr) count(words, *owner);
  }

  // At a "{": true if it ends the statement.
  bool body(const std::string& prefix, ClassSize* owner, std::vector<std::string>& words,
            std::size_t begin) {
    const auto has = [&](const char* word) {
      return std::find(words.begin(), words.end(), word) != words.end();
    };
    if (has("namespace") || (words.size() == 1 && words[0] == "extern")) {
      std::string inner = prefix;
      for (const std::string& word : words) {
        if (word != "namespace" && word != "inline" && word != "extern") inner += word;
      }
      if (!inner.empty() && !inner.ends_with("::")) inner += "::";
      ++at_;
      scope(inner);
      if (is("}")) ++at_;
      return true;
    }
    if ((has("class") || has("struct") || has("union")) && !has("(") && !has("=") && !has("enum")) {
      class_body(prefix, words, begin);
      words = {"}"};
      return false;  // `struct {...} name;` declares a member
    }
    const bool function = has("(") && !has("=");
    skip_group();
    // A list of member initializers, `a_{1}, b_{2} {`: the last group is the body.
    if (function && !is(",") && !is("{")) {
      if (is(";")) ++at_;
      if (owner != nullptr) count(words, *owner);
      return true;
    }
    return false;
  }

  void class_body(const std::string& prefix, const std::vector<std::string>& words,
                  std::size_t begin) {
    ClassSize size;
    size.file = path_;
    size.line = tokens_[begin].line;
    const auto key = std::find_if(words.begin(), words.end(), [](const std::string& word) {
      return word == "class" || word == "struct" || word == "union";
    });
    size.name = prefix;
    for (auto word = key + 1; word != words.end() && *word != ":" && *word != "final"; ++word) {
      size.name += *word;
    }
    const std::size_t place = out_.size();
    out_.push_back(size);
    ++at_;
    while (at_ < tokens_.size() && !is("}")) statement(size.name + "::", &size);
    if (is("}")) ++at_;
    out_[place] = size;
  }

  static void count(const std::vector<std::string>& words, ClassSize& owner) {
    const auto first = [&](std::initializer_list<const char*> texts) {
      return std::any_of(texts.begin(), texts.end(),
                         [&](const char* text) { return words[0] == text; });
    };
    const auto find = [&](const char* word) { return std::find(words.begin(), words.end(), word); };
    if (words.empty() || first({"using", "typedef", "friend", "static_assert", "enum"})) return;
    const bool type = first({"class", "struct", "union"});
    const auto equals = find("=");
    const auto bracket = find("(");
    const bool function = bracket < equals || find("operator") != words.end();
    if (function && !type) {
      const std::string own_name = owner.name.substr(owner.name.rfind(':') + 1);
      const bool life =
          bracket != words.begin() && bracket != words.end() && *(bracket - 1) == own_name;
      const bool given = find("default") != words.end() || find("delete") != words.end();
      if (!life && !given) ++owner.methods;
      return;
    }
    if (find("static") != words.end()) return;
    if (words.size() == 1 || (type && words.size() == 2)) return;  // a type alone
    owner.members += 1 + static_cast<int>(std::count(words.begin(), words.end(), ","));
  }

  std::string path_;
  Tokens tokens_;
  std::vector<ClassSize>& out_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<ClassSize> class_sizes(const SourceFile& file) {
  std::vector<ClassSize> sizes;
  Parser parser(file, sizes);
  parser.scope("");
  return sizes;
}

}  // namespace tidy
