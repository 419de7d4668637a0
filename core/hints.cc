#include "core/hints.h"
