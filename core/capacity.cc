#include "core/capacity.h"
