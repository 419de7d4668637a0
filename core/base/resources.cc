#include "core/base/resources.h"

#include <algorithm>

namespace carbon {
namespace {

// Returns the size of a part of a node's `has` devices: half of them, or a quarter, but at least
// one.
int64_t PartOf(int64_t has, int64_t parts) { return std::max<int64_t>(1, has / parts); }

int64_t SaturatingProduct(int64_t a, int64_t b) {
  if (a <= 0 || b <= 0) return 0;
  return a > Resources::kUnlimited / b ? Resources::kUnlimited : a * b;
}

}  // namespace

Resources Times(const Resources& amount, int64_t factor) {
  Resources product = amount;
  for (const auto what : kDimensions) product.*what = SaturatingProduct(amount.*what, factor);
  return product;
}

Resources NodePartsOf(int64_t has, int64_t free) {
  if (has <= 0) return {};
  const int64_t half = PartOf(has, 2), quarter = PartOf(has, 4);
  return {.full_nodes = free >= has ? 1 : 0,
          .half_nodes = free >= half ? 1 : 0,
          .quarter_nodes = free >= quarter ? 1 : 0,
          .halves = free / half,
          .quarters = free / quarter};
}

Resources TotalOf(int64_t nodes, const Resources& node) {
  Resources total = node;
  total += NodePartsOf(node.devices, node.devices);
  return Times(total, nodes);
}

void AddNodeParts(int64_t nodes, int64_t each, int64_t has, Resources* amount) {
  if (has <= 0 || each <= 0) return;
  const int64_t half = PartOf(has, 2), quarter = PartOf(has, 4);
  const int64_t fit = has / each;  // none if it asks for more than there is
  Resources part;
  if (fit <= 1) {
    part = NodePartsOf(has, has);
  } else if (fit <= has / half) {
    part = {.halves = 1, .quarters = half / quarter};
  } else if (fit <= has / quarter) {
    part = {.quarters = 1};
  }
  *amount += Times(part, nodes);
  if (nodes > 1 && fit > 1 && part.quarters > 0) amount->apart = nodes;
}

}  // namespace carbon
