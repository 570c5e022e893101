// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.DotNet;

/// <summary>What the environment that a process was started with says to its .NET runtime.</summary>
/// <param name="TempFolder">Where the runtime makes its socket.</param>
/// <param name="DumpFolder">Where the runtime writes jit dumps, if told; empty otherwise.</param>
/// <param name="IsDiagnosticsOff">The runtime was told not to listen.</param>
/// <param name="WritesPerfMap">A perf map was switched on by whoever started the process: it is not ours to switch off.</param>
internal sealed record DotNetSettings(string TempFolder, string DumpFolder, bool IsDiagnosticsOff, bool WritesPerfMap)
{
    private const int MaxEnvironmentBytes = 1024 * 1024;
    private const int MaxPath = 1024;

    internal const string DefaultFolder = "/tmp";

    internal static DotNetSettings Read(ProcfsRoot root, uint pid) =>
        Parse(root.Read(pid, "environ", MaxEnvironmentBytes, out byte[] environment) == ProcfsStatus.Ok ? environment : []);

    internal static DotNetSettings Parse(ReadOnlySpan<byte> environment)
    {
        var settings = new DotNetSettings(DefaultFolder, "", false, false);
        foreach (Range range in environment.Split((byte)0))
        {
            ReadOnlySpan<byte> entry = environment[range];
            int equals = entry.IndexOf((byte)'=');
            if (equals <= 0)
                continue;
            ReadOnlySpan<byte> name = entry[..equals];
            ReadOnlySpan<byte> value = entry[(equals + 1)..];
            if (name.SequenceEqual("TMPDIR"u8))
                settings = settings with { TempFolder = PathOr(value, DefaultFolder) };
            else if (IsOption(name, "PerfMapJitDumpPath"u8))
                settings = settings with { DumpFolder = PathOr(value, "") };
            else if (IsOption(name, "EnableDiagnostics"u8) || IsOption(name, "EnableDiagnostics_IPC"u8))
                settings = settings with { IsDiagnosticsOff = settings.IsDiagnosticsOff || Number(value) == 0 };
            else if (IsOption(name, "PerfMapEnabled"u8))
                settings = settings with { WritesPerfMap = Number(value) is not (null or 0) };
        }

        return settings;
    }

    private static bool IsOption(ReadOnlySpan<byte> name, ReadOnlySpan<byte> option) =>
        (name.StartsWith("DOTNET_"u8) && name["DOTNET_".Length..].SequenceEqual(option))
        || (name.StartsWith("COMPlus_"u8) && name["COMPlus_".Length..].SequenceEqual(option));

    private static string PathOr(ReadOnlySpan<byte> value, string fallback) =>
        value.Length is > 0 and <= MaxPath && value[0] == (byte)'/' ? Encoding.UTF8.GetString(value) : fallback;

    // The runtime reads its numbers as hexadecimal.
    private static uint? Number(ReadOnlySpan<byte> value) =>
        uint.TryParse(value.StartsWith("0x"u8) ? value[2..] : value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number) ? number : null;
}
