#include "core/config/daemon_config.h"

namespace carbon {

absl::string_view IntensityUnitName(IntensityUnit unit) {
  switch (unit) {
    case IntensityUnit::kGramsPerKilowattHour:
      return "gCO2e/kWh";
    case IntensityUnit::kKilogramsPerKilowattHour:
      return "kgCO2e/kWh";
    case IntensityUnit::kGramsPerMegawattHour:
      return "gCO2e/MWh";
    case IntensityUnit::kKilogramsPerMegawattHour:
      return "kgCO2e/MWh";
    case IntensityUnit::kTonnesPerMegawattHour:
      return "tCO2e/MWh";
    case IntensityUnit::kPoundsPerMegawattHour:
      return "lbCO2e/MWh";
  }
  return "";
}

absl::string_view EnergyUnitName(EnergyUnit unit) {
  switch (unit) {
    case EnergyUnit::kJoules:
      return "J";
    case EnergyUnit::kWattHours:
      return "Wh";
    case EnergyUnit::kKilowattHours:
      return "kWh";
  }
  return "";
}

SignalKind KindOf(const ForecastSource& source, const ZoneConfig& zone) {
  if (const auto* file = std::get_if<ForecastFile>(&source)) return file->kind.value_or(zone.kind);
  const auto* provider = std::get_if<ForecastProvider>(&source);
  return provider == nullptr ? zone.kind : provider->kind.value_or(zone.kind);
}

}  // namespace carbon
