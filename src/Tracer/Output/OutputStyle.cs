// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace Tracer.Output;

/// <summary>How text output looks on this terminal, or in this file.</summary>
internal sealed record OutputStyle(Palette Palette, bool Headers, bool CutLongFields, TimeZoneInfo Zone)
{
    // Wide enough for two holders or a qualified function name; the terminal's own width is not asked, so output is stable.
    private const int LongFieldLimit = 48;

    /// <summary>Cuts a long field, but only where a person reads it: files and pipes get everything.</summary>
    public string Fit(string text) => CutLongFields ? TargetText.Cut(text, LongFieldLimit) : text;

    public string Clock(Timestamp? time)
    {
        if (time is null)
            return "-";
        DateTimeOffset local = TimeZoneInfo.ConvertTime(time.ToDateTimeOffset(), Zone);
        return local.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
    }
}
