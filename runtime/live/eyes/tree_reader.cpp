#include "runtime/live/eyes/tree_reader.h"

#include <vector>

namespace grovec::live {

using namespace ir;

namespace {

// What is left out depends on where it stands.
enum class Place : std::uint8_t { kRoot, kMetadata, kManagedFields, kManagedField, kElsewhere };

class TreeReader {
 public:
  TreeReader(bool is_secret, Arena& arena) : is_secret_(is_secret), arena_(arena) {}

  bool read(json::value v, Value& out, Place place, int depth) {
    if (depth > kDeepest) return false;
    simdjson::ondemand::json_type type;
    if (v.type().get(type)) return false;
    switch (type) {
      case simdjson::ondemand::json_type::object:
        return read_object(v, out, place, depth);
      case simdjson::ondemand::json_type::array:
        return read_array(v, out, place, depth);
      case simdjson::ondemand::json_type::string: {
        std::string_view text;
        if (v.get_string().get(text)) return false;
        out = Value::string(arena_.copy(text));
        return true;
      }
      case simdjson::ondemand::json_type::number:
        return read_number(v, out);
      case simdjson::ondemand::json_type::boolean: {
        bool b = false;
        if (v.get_bool().get(b)) return false;
        out = Value::boolean(b);
        return true;
      }
      case simdjson::ondemand::json_type::null:
        out = Value::null();
        return true;
    }
    return false;
  }

 private:
  bool read_object(json::value v, Value& out, Place place, int depth) {
    MappingBuilder members(arena_);
    const bool fine = json::each_member(v, [&](std::string_view key, json::value m) {
      if (is_left_out(place, key)) return true;
      Value member;
      if (!read(m, member, place_of(place, key), depth + 1)) return false;
      members.set(arena_.copy(key), member);
      return true;
    });
    if (fine) out = members.build();
    return fine;
  }

  bool read_array(json::value v, Value& out, Place place, int depth) {
    std::vector<Value> items;
    const Place inside = place == Place::kManagedFields ? Place::kManagedField : Place::kElsewhere;
    const bool fine = json::each_item(v, [&](json::value i) {
      items.emplace_back();
      return read(i, items.back(), inside, depth + 1);
    });
    if (fine) out = make_sequence(arena_, items);
    return fine;
  }

  static bool read_number(json::value v, Value& out) {
    simdjson::ondemand::number number;
    if (v.get_number().get(number)) return false;
    if (number.is_int64())
      out = Value::integer(number.get_int64());
    else
      out = Value::real(number.as_double());
    return true;
  }

  bool is_left_out(Place place, std::string_view key) const {
    if (place == Place::kManagedField) return key != "subresource" && key != "time";
    return place == Place::kRoot && is_secret_ && (key == "data" || key == "stringData");
  }

  static Place place_of(Place place, std::string_view key) {
    if (place == Place::kRoot && key == "metadata") return Place::kMetadata;
    if (place == Place::kMetadata && key == "managedFields") return Place::kManagedFields;
    return Place::kElsewhere;
  }

  bool is_secret_;
  Arena& arena_;
};

}  // namespace

bool read_tree_json(json::value root, bool is_secret, Arena& arena, Value& out) {
  return TreeReader(is_secret, arena).read(root, out, Place::kRoot, 0);
}

}  // namespace grovec::live
