#include "intake/contact_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "intake/contact_rules.hpp"
#include "intake/list_file.hpp"

namespace lethe::intake {
namespace {

using support::Fault;
using Next = std::expected<std::optional<std::string_view>, Fault>;

/// Enough for any contact and for a line that is refused for its commas.
constexpr std::size_t most_line_bytes = 16 * 1024;
constexpr std::size_t most_columns = 10'000;

/// Each is a byte at least, and its line end another one; the last needs none.
std::int64_t most_contacts(const ListFile& file) {
  return (file.stamp().bytes + 1) / 2;
}

/// A line end may be CR LF.
std::string_view without_return(std::string_view line) {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

class InlineReader : public ContactReader {
 public:
  explicit InlineReader(const JobRequest& request)
      : source_(request.contacts),
        file_(request.file),
        selector_(request.selector),
        accept_warnings_(request.accept_warnings),
        form_(form_of(request)) {}

  Next next() override {
    if (position_ == source_.inline_contacts.size()) return std::nullopt;
    const std::size_t at = position_++;
    const std::string& contact = source_.inline_contacts[at];
    const auto finding = check_contact(contact, selector_, accept_warnings_);
    if (!finding) return contact;
    const std::int64_t line = at < source_.inline_lines.size() ? source_.inline_lines[at] : 0;
    return std::unexpected(Fault{.what = finding->what,
                                 .file = file_,
                                 .line = line,
                                 .column = 0,
                                 .key = std::string(core::word(selector_)),
                                 .remedy = remedy_of(*finding, form_)});
  }
  ListStamp stamp() const override { return {}; }
  std::int64_t at_most() const override { return std::ssize(source_.inline_contacts); }

 private:
  ContactSource source_;
  std::filesystem::path file_;
  core::Selector selector_;
  bool accept_warnings_;
  Form form_;
  std::size_t position_ = 0;
};

class LineReader : public ContactReader {
 public:
  LineReader(std::unique_ptr<ListFile> file, const JobRequest& request)
      : file_(std::move(file)),
        selector_(request.selector),
        accept_warnings_(request.accept_warnings),
        form_(form_of(request)) {}

  Next next() override {
    while (true) {
      const std::int64_t line = file_->line();
      std::optional<std::string_view> text = take_plain_line();
      if (!text) {
        const auto more = read_line();
        if (!more) return std::unexpected(more.error());
        if (!*more) return finish();
        text = text_;
      }
      if (text->empty()) continue;
      const bool quoted = take_quotes(*text);
      const auto finding = check(*text, quoted);
      if (finding) return std::unexpected(file_->fault(line, finding->what, remedy_of(*finding, form_)));
      return text;
    }
  }
  ListStamp stamp() const override { return file_->stamp(); }
  std::int64_t at_most() const override { return most_contacts(*file_); }

 private:
  /// Nearly every line is one; read_line() is for the others, and finds their faults.
  std::optional<std::string_view> take_plain_line() {
    const auto line = file_->peek_line();
    if (!line || line->size() > most_line_bytes) return std::nullopt;
    const std::string_view text = file_->may_hold_return() ? without_return(*line) : *line;
    if (file_->may_hold_return() && text.find('\r') != std::string_view::npos) return std::nullopt;
    file_->take_line(*line);
    return text;
  }

  /// A line that is one field of a CSV in quotes stands for what it holds; any other is taken as it is.
  bool take_quotes(std::string_view& line) {
    if (line.size() < 2 || !line.starts_with('"') || !line.ends_with('"')) return false;
    const std::string_view inner = line.substr(1, line.size() - 2);
    if (inner.find('"') == std::string_view::npos) {
      line = inner;
      return true;
    }
    std::string field;
    for (std::size_t at = 0; at < inner.size(); ++at) {
      if (inner[at] == '"') {
        ++at;  // a quote within is doubled
        if (at == inner.size() || inner[at] != '"') return false;
      }
      field += inner[at];
    }
    unquoted_ = std::move(field);
    line = unquoted_;
    return true;
  }

  /// False at the end of the file.
  std::expected<bool, Fault> read_line() {
    const std::int64_t line = file_->line();
    text_.clear();
    bool any = false;
    for (int byte = file_->get(); byte != ListFile::end; byte = file_->get()) {
      any = true;
      if (byte == '\n') break;
      if (text_.ends_with('\r')) {
        return std::unexpected(
            file_->fault(line, "holds a carriage return within a line", "end lines with LF or CR LF"));
      }
      if (text_.size() == most_line_bytes) {
        const Finding finding = too_long_finding();
        return std::unexpected(file_->fault(line, finding.what, finding.remedy));
      }
      text_ += static_cast<char>(byte);
    }
    if (file_->failed()) return std::unexpected(*file_->failed());
    if (text_.ends_with('\r')) text_.pop_back();
    return any;
  }

  /// A separator within quotes divides nothing.
  std::optional<Finding> check(std::string_view text, bool quoted) {
    const bool first = std::exchange(first_, false);
    std::erase_if(everywhere_,
                  [&](char separator) { return quoted || text.find(separator) == std::string_view::npos; });
    if (first && !accept_warnings_ && looks_like_header(text)) return header_finding(form_);
    return check_contact(text, selector_, accept_warnings_);
  }

  Next finish() {
    if (auto fault = file_->finish()) return std::unexpected(std::move(*fault));
    if (!first_ && !everywhere_.empty() && !accept_warnings_) {
      const Finding finding = columns_finding(everywhere_.front(), form_);
      return std::unexpected(file_->fault(0, finding.what, remedy_of(finding, form_)));
    }
    return std::nullopt;
  }

  std::unique_ptr<ListFile> file_;
  core::Selector selector_;
  bool accept_warnings_;
  Form form_;
  std::string text_;
  std::string unquoted_;
  bool first_ = true;
  std::string everywhere_{separators};  ///< those that every line so far has
};

/// A CSV as RFC 4180 has it: fields in quotes may hold commas, line ends and doubled quotes. Only the wanted column is
/// kept.
class CsvReader : public ContactReader {
 public:
  CsvReader(std::unique_ptr<ListFile> file, const JobRequest& request)
      : file_(std::move(file)),
        column_(request.contacts.column.value_or("")),
        selector_(request.selector),
        accept_warnings_(request.accept_warnings),
        form_(form_of(request)) {}

  Next next() override {
    if (!header_read_) {
      if (auto fault = read_header()) return std::unexpected(std::move(*fault));
      header_read_ = true;
    }
    while (!at_end_) {
      const std::int64_t line = file_->line();
      if (const auto contact = take_plain_record()) {
        const auto finding = check_contact(*contact, selector_, accept_warnings_);
        if (finding) return std::unexpected(file_->fault(line, finding->what, remedy_of(*finding, form_)));
        return contact;
      }
      const auto fields = read_record([this](std::size_t index) { return index == wanted_; });
      if (!fields) return std::unexpected(fields.error());
      if (*fields == 0) continue;
      if (*fields != columns_) {
        return std::unexpected(fault(record_line_,
                                     fmt::format("has {} fields where the header has {}", *fields, columns_),
                                     "put fields with commas into quotes"));
      }
      const auto finding = check_contact(kept_.front(), selector_, accept_warnings_);
      if (finding) return std::unexpected(fault(kept_line_, finding->what, remedy_of(*finding, form_)));
      return kept_.front();
    }
    if (auto fault = file_->finish()) return std::unexpected(std::move(*fault));
    return std::nullopt;
  }
  ListStamp stamp() const override { return file_->stamp(); }
  std::int64_t at_most() const override { return most_contacts(*file_); }

 private:
  enum class End : std::uint8_t { field, record, file };

  std::optional<Fault> read_header() {
    const auto fields = read_record([](std::size_t) { return true; });
    if (!fields) return fields.error();
    columns_ = *fields;
    const auto same = std::ranges::count(kept_, column_);
    if (same == 1) {
      wanted_ = static_cast<std::size_t>(std::ranges::find(kept_, column_) - kept_.begin());
      return std::nullopt;
    }
    if (same > 1) return fault(record_line_, "has the wanted column twice", "let the names of the columns differ");
    // The first line of a file without a header is a contact: only a name close to the wanted one may be shown.
    const std::string what = fmt::format("has no such column among its {} (as divided by commas)", columns_);
    const bool divided_otherwise = columns_ == 1 && kept_.front().find_first_of(separators) != std::string::npos;
    if (divided_otherwise) return fault(record_line_, what, std::string(commas_remedy));
    const auto meant = config::nearest(column_, kept_);
    return fault(
        record_line_, what,
        meant ? fmt::format("did you mean column = \"{}\"?", *meant) : "name the column as the first line has it");
  }

  /// The wanted field of a record on one line without doubled quotes, as nearly every one is; read_record() is for the
  /// others, and finds their faults.
  std::optional<std::string_view> take_plain_record() {
    const auto line = file_->peek_line();
    if (!line) return std::nullopt;
    std::string_view rest = file_->may_hold_return() ? without_return(*line) : *line;
    if (rest.empty()) return std::nullopt;
    if (file_->may_hold_return() && rest.find('\r') != std::string_view::npos) return std::nullopt;
    const bool quotes = file_->may_hold_quote() && rest.find('"') != std::string_view::npos;
    std::string_view wanted;
    for (std::size_t index = 0; index < columns_; ++index) {
      const auto field = take_plain_field(rest, quotes, index + 1 == columns_);
      if (!field) return std::nullopt;
      if (index == wanted_) wanted = *field;
    }
    if (wanted.size() > most_contact_bytes) return std::nullopt;
    file_->take_line(*line);
    return wanted;
  }

  /// Takes a field and the comma behind it from `rest`; nothing where something is odd, or where it is or isn't the
  /// last one other than expected.
  static std::optional<std::string_view> take_plain_field(std::string_view& rest, bool quotes, bool last) {
    const bool quoted = quotes && rest.starts_with('"');
    if (quoted) rest.remove_prefix(1);
    const std::size_t length = std::min(rest.find(quoted ? '"' : ','), rest.size());
    if (quoted && length == rest.size()) return std::nullopt;
    const std::string_view field = rest.substr(0, length);
    if (quotes && !quoted && field.find('"') != std::string_view::npos) return std::nullopt;
    rest.remove_prefix(length + (quoted ? 1 : 0));
    if (rest.empty() != last || (!last && rest.front() != ',')) return std::nullopt;
    if (!last) rest.remove_prefix(1);
    return field;
  }

  /// The number of fields; 0 for an empty line. The fields that `keep` wants are in kept_.
  template <class Keep>
  std::expected<std::size_t, Fault> read_record(Keep keep) {
    kept_.clear();
    record_line_ = file_->line();
    for (std::size_t index = 0;; ++index) {
      const bool wanted = keep(index);
      const std::int64_t line = file_->line();
      const auto end = read_field(wanted);
      if (!end) return std::unexpected(end.error());
      if (wanted) {
        kept_line_ = line;
        kept_.push_back(std::move(text_));
      }
      at_end_ = *end == End::file;
      if (file_->failed()) return std::unexpected(*file_->failed());
      if (*end == End::field && index + 1 < most_columns) continue;
      if (*end == End::field) return std::unexpected(fault(record_line_, "has too many columns", ""));
      return index == 0 && !any_ ? 0 : index + 1;
    }
  }

  std::expected<End, Fault> read_field(bool keep) {
    text_.clear();
    any_ = false;
    const std::int64_t line = file_->line();
    int byte = file_->get();
    if (byte == '"') return read_quoted(keep, line);
    for (;; byte = file_->get()) {
      if (const auto end = end_at(byte)) return *end;
      if (byte == '"' || byte == '\r') {
        return std::unexpected(
            fault(line, byte == '"' ? "has a quote within a field" : "has a carriage return within a field",
                  "put the whole field into quotes, and double the quotes in it"));
      }
      if (!append(byte, keep)) return std::unexpected(fault(line, too_long_finding().what, too_long_finding().remedy));
    }
  }

  std::expected<End, Fault> read_quoted(bool keep, std::int64_t line) {
    any_ = true;
    while (true) {
      int byte = file_->get();
      if (byte == ListFile::end) return std::unexpected(fault(line, "has a quote that never ends", "close it"));
      if (byte == '"') {
        const std::int64_t closed = file_->line();
        byte = file_->get();
        if (const auto end = end_at(byte)) return *end;
        if (byte != '"') {
          return std::unexpected(fault(closed, "has text after a closing quote",
                                       "double the quotes within a field, and divide the fields by commas"));
        }
      }
      if (!append(byte, keep)) return std::unexpected(fault(line, too_long_finding().what, too_long_finding().remedy));
    }
  }

  /// What a byte outside of quotes ends; a CR does only with its LF.
  std::optional<End> end_at(int byte) {
    if (byte == ',') return End::field;
    if (byte == '\n') return End::record;
    if (byte == ListFile::end) return End::file;
    if (byte == '\r' && file_->take('\n')) return End::record;
    return std::nullopt;
  }

  bool append(int byte, bool keep) {
    any_ = true;
    if (!keep) return true;
    text_ += static_cast<char>(byte);
    return text_.size() <= most_contact_bytes;
  }

  /// What ended the stream is told first: a truncated field is its consequence.
  Fault fault(std::int64_t line, std::string what, std::string remedy) {
    if (auto stream = file_->failed()) return *stream;
    return file_->fault(line, std::move(what), std::move(remedy));
  }

  std::unique_ptr<ListFile> file_;
  std::string column_;
  core::Selector selector_;
  bool accept_warnings_;
  Form form_;
  bool header_read_ = false;
  bool at_end_ = false;
  std::size_t columns_ = 0;
  std::size_t wanted_ = 0;
  std::string text_;
  bool any_ = false;  ///< the present field holds something, if only quotes
  std::vector<std::string> kept_;
  std::int64_t kept_line_ = 0;
  std::int64_t record_line_ = 0;
};

}  // namespace

std::expected<std::unique_ptr<ContactReader>, Fault> open_contacts(
    const JobRequest& request, const std::optional<std::filesystem::path>& beneath) {
  if (request.contacts.file.empty()) return std::make_unique<InlineReader>(request);
  auto file = open_list(request.contacts, beneath);
  if (!file) return std::unexpected(std::move(file.error()));
  if (request.contacts.column) return std::make_unique<CsvReader>(std::move(*file), request);
  return std::make_unique<LineReader>(std::move(*file), request);
}

}  // namespace lethe::intake
