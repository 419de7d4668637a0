#include "core/snapshot_store.h"
