import CityProfiles

/// The cities whose data comes with the program. Any other city is a folder with the same files.
public enum BundledCities {
  /// 示范市, a fictional city for demonstration, load and fault tests.
  public static func shifan() throws -> CityProfile { try CityProfile(files: shifanFiles) }

  /// Its files by name.
  public static var shifanFiles: [String: [UInt8]] {
    [
      "airports.json": PackageResources.airports_json, "city.json": PackageResources.city_json,
      "catalogue.json": PackageResources.catalogue_json,
    ]
  }
}
