// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace Tracer.Output;

/// <summary>How text output looks on this terminal, or in this file.</summary>
internal sealed record OutputStyle(Palette Palette, bool Headers, bool CutLongFields, TimeZoneInfo Zone)
{
    public const int PlainWidth = 80;
    private const int WidestText = 110; // Longer lines are hard to read.
    private const int NarrowestText = 40;

    // Wide enough for two holders or a qualified function name; the terminal's own width is not asked, so output is stable.
    private const int LongFieldLimit = 48;

    private readonly int _width = PlainWidth;

    /// <summary>Columns for running text; files and pipes get 80.</summary>
    public int Width
    {
        get => _width;
        init => _width = Math.Clamp(value, NarrowestText, WidestText);
    }

    /// <summary>Cuts a long field, but only where a person reads it: files and pipes get everything.</summary>
    public string Fit(string text) => CutLongFields ? TargetText.Cut(text, LongFieldLimit) : text;

    public string Clock(Timestamp? time)
    {
        if (time is null)
            return "-";
        DateTimeOffset local = TimeZoneInfo.ConvertTime(time.ToDateTimeOffset(), Zone);
        return local.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
    }

    /// <summary>With the date.</summary>
    public string Date(Timestamp time) =>
        TimeZoneInfo.ConvertTime(time.ToDateTimeOffset(), Zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
