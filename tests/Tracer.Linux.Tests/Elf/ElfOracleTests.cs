// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;
using Tracer.Linux.Elf;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Elf;

/// <summary>Reads programs and libraries of the host; readelf says what is in them.</summary>
public sealed partial class ElfOracleTests
{
    private static readonly string[] Candidates =
        ["/bin/ls", "/lib/x86_64-linux-gnu/libc.so.6", "/lib64/libc.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "/bin/bash"];

    public static TheoryData<string> Files => [.. Candidates.Where(File.Exists)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_function_is_found_under_one_of_its_names(string path)
    {
        Assert.SkipUnless(Tool.Exists("readelf"), "needs readelf");
        using ElfFile file = Open(path);
        Assert.Equal(ElfStatus.Ok, file.ReadSymbols(out ElfSymbolTable symbols));
        var expected = new Dictionary<ulong, HashSet<string>>();
        foreach (Match line in FunctionLine().Matches(Tool.Run("readelf", "-sW", path)))
        {
            ulong address = ulong.Parse(line.Groups["address"].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (line.Groups["size"].Value == "0")
                continue;
            if (!expected.TryGetValue(address, out HashSet<string>? names))
                expected[address] = names = [];
            names.Add(line.Groups["name"].Value.Split('@')[0]);
        }

        Assert.NotEmpty(expected);
        foreach ((ulong address, HashSet<string> names) in expected)
        {
            Assert.True(symbols.TryFind(address, out ElfSymbol symbol), $"{path} {address:x} {names.First()}");
            Assert.Equal(address, symbol.Address);
            Assert.Contains(symbol.Name, names);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Build_id_segments_and_sections_agree(string path)
    {
        Assert.SkipUnless(Tool.Exists("readelf"), "needs readelf");
        using ElfFile file = Open(path);

        Match id = BuildIdLine().Match(Tool.Run("readelf", "-n", path));
        Assert.Equal(id.Success ? id.Groups[1].Value : "", file.BuildId);
        var loads = LoadLine().Matches(Tool.Run("readelf", "-lW", path)).Select(m => (Hex(m, 1), Hex(m, 2), Hex(m, 3)));
        Assert.Equal(loads, file.Segments.Where(s => s.Type == ElfSegment.Load).Select(s => (s.Offset, s.VirtualAddress, s.FileSize)));
        var names = SectionLine().Matches(Tool.Run("readelf", "-SW", path)).Select(m => m.Groups[1].Value);
        Assert.Equal(names, file.Sections.Skip(1).Select(s => s.Name));
    }

    private static ElfFile Open(string path)
    {
        Assert.Equal(ProcfsStatus.Ok, TargetFile.OpenOwn(new ProcfsRoot(), path, out TargetFile? target));
        Assert.Equal(ElfStatus.Ok, ElfFile.Open(new FileElfSource(target!), out ElfFile? file));
        return file!;
    }

    private static ulong Hex(Match match, int group) =>
        ulong.Parse(match.Groups[group].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    // "   123: 000000000002a3c0    40 FUNC    GLOBAL DEFAULT   16 name@@VERSION"; undefined ones say UND.
    [GeneratedRegex(@"^\s*\d+: (?<address>[0-9a-f]{16})\s+(?<size>\S+) (?:FUNC|IFUNC)\s+\w+\s+\w+\s+\d+ (?<name>\S+)", RegexOptions.Multiline)]
    private static partial Regex FunctionLine();

    [GeneratedRegex("Build ID: ([0-9a-f]+)")]
    private static partial Regex BuildIdLine();

    [GeneratedRegex(@"^  LOAD\s+0x([0-9a-f]+) 0x([0-9a-f]+) 0x[0-9a-f]+ 0x([0-9a-f]+)", RegexOptions.Multiline)]
    private static partial Regex LoadLine();

    [GeneratedRegex(@"^  \[ *[1-9]\d*\] (\S+)", RegexOptions.Multiline)]
    private static partial Regex SectionLine();
}
