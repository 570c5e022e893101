// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Linux.Elf;
using Tracer.Stacks.Go;
using Tracer.Stacks.Tests.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Go;

/// <summary>Compares names with the tools of Go and with the debug information, in all of a real program's functions.</summary>
[Collection(nameof(GoPrograms))]
public sealed class GoSymbolsTests(GoPrograms programs, ITestOutputHelper output)
{
    [Fact]
    public void Function_file_and_line_are_those_of_addr2line()
    {
        // Of a position independent program Go 1.19's addr2line says nothing; the debug information has it.
        foreach (string program in (string[])[programs.Plain, programs.Cgo])
            CompareWithAddr2Line(program);
    }

    [Fact]
    public void Stripped_program_has_the_names_of_the_whole_one()
    {
        ulong[] addresses = AddressesIn(programs.Plain);
        Assert.Equal(NamesAt(programs.Plain, addresses), NamesAt(programs.Stripped, addresses));
    }

    [Fact]
    public void Program_of_the_c_linker_has_its_names_also_when_stripped()
    {
        ulong[] addresses = AddressesIn(programs.ExternalPie);
        string[] names = NamesAt(programs.ExternalPie, addresses);
        Assert.Contains(names, name => name.Contains("main.inner main.go:18*", StringComparison.Ordinal));
        Assert.Equal(names, NamesAt(programs.StrippedExternalPie, addresses));
        // What the tools of Go cannot: they look for the section.
        NmSymbol slow = NmSymbol.ReadFunctions(programs.ExternalPie)["main.slow"];
        Assert.Contains("main.slow main.go:24", NamesAt(programs.StrippedExternalPie, [slow.Address + 1]).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Program_without_section_headers_has_its_names()
    {
        foreach (string program in (string[])[programs.Stripped, programs.StrippedExternalPie])
        {
            byte[] image = File.ReadAllBytes(program);
            image.AsSpan(40, 8).Clear(); // e_shoff
            image.AsSpan(60, 2).Clear(); // e_shnum
            ulong[] addresses = AddressesIn(program == programs.Stripped ? programs.Plain : programs.ExternalPie);
            using ElfFile file = ElfImages.Open(image);
            Assert.Empty(file.Sections);
            Assert.Equal(NamesAt(program, addresses), NamesAt(GoSymbols.Open(file)!, addresses));
        }
    }

    [Fact]
    public void Names_and_inlined_calls_are_those_of_the_debug_information()
    {
        foreach (string program in (string[])[programs.Plain, programs.Pie, programs.ExternalPie])
            CompareWithDebugInformation(program);
    }

    [Fact]
    public void Functions_of_the_runtime_keep_their_names()
    {
        Dictionary<string, NmSymbol> functions = NmSymbol.ReadFunctions(programs.Plain);
        GoSymbols symbols = Open(programs.Plain, out ElfFile file);
        using ElfFile owned = file;
        foreach ((string symbol, string name) in new[] { ("runtime.goexit.abi0", "runtime.goexit"), ("runtime.mcall", "runtime.mcall"), ("main.main", "main.main") })
        {
            var frames = new List<CodeFrame>();
            Assert.True(symbols.TryFind(functions[symbol].Address + 1, frames, out ulong start));
            Assert.Equal(functions[symbol].Address, start);
            Assert.Equal(name, frames[^1].Function);
            Assert.Equal(FrameKind.Go, frames[^1].Kind);
            Assert.False(frames[^1].IsInlined);
        }
    }

    [Fact]
    public void Addresses_outside_the_program_have_no_name()
    {
        GoSymbols symbols = Open(programs.Plain, out ElfFile file);
        using ElfFile owned = file;
        var frames = new List<CodeFrame>();
        foreach (ulong address in (ulong[])[0, 1, 0x400fff, 0x10000000, ulong.MaxValue])
            Assert.False(symbols.TryFind(address, frames, out _));
        Assert.Empty(frames);
    }

    [Fact]
    public void Programs_of_other_languages_are_none()
    {
        foreach (string path in (string[])["/bin/true", "/lib/x86_64-linux-gnu/libc.so.6"])
        {
            using ElfFile file = ElfImages.Open(path);
            Assert.Null(GoSymbols.Open(file));
        }
    }

    private void CompareWithAddr2Line(string program)
    {
        ulong[] addresses = AddressesIn(program);
        GoSymbols symbols = Open(program, out ElfFile file);
        using ElfFile owned = file;
        string input = string.Concat(addresses.Select(address => $"0x{address:x}\n"));
        string[] lines = programs.Tool(input, "addr2line", program).Split('\n');
        var frames = new List<CodeFrame>();
        int compared = 0;
        for (int i = 0; i < addresses.Length; i++)
        {
            string function = lines[2 * i];
            string position = lines[(2 * i) + 1];
            frames.Clear();
            // What C code is in a program with cgo has no tables; addr2line reads others for it.
            if (function == "?" || (symbols.TryFind(addresses[i], frames, out _) && frames[^1].Kind == FrameKind.Native))
                continue;
            Assert.NotEmpty(frames);
            Assert.Equal($"{function} {position}", $"{frames[^1].Function} {frames[0].File}:{frames[0].Line}");
            compared++;
        }

        output.WriteLine($"{Path.GetFileName(program)}: {compared} addresses compared");
        Assert.InRange(compared, addresses.Length * 97 / 100, addresses.Length);
        Assert.InRange(compared, 10_000, int.MaxValue);
    }

    private void CompareWithDebugInformation(string program)
    {
        ulong[] addresses = AddressesIn(program);
        string[] names = NamesAt(program, addresses);
        string[] debug = DebugNamesAt(program, addresses);
        Assert.Equal(names.Length, debug.Length);
        int inlined = 0;
        int compared = 0;
        var differences = new List<string>();
        for (int i = 0; i < addresses.Length; i++)
        {
            // C code, and what has no line.
            if (debug[i].EndsWith(":?", StringComparison.Ordinal) || debug[i].EndsWith(":0", StringComparison.Ordinal)
                || debug[i].Contains(".c:", StringComparison.Ordinal))
                continue;
            compared++;
            inlined += debug[i].Contains('*') ? 1 : 0;
            if (!IsSame(names[i].Split(" < "), debug[i].Split(" < ")))
                differences.Add($"{addresses[i]:x}: {names[i]} instead of {debug[i]}");
        }

        output.WriteLine($"{Path.GetFileName(program)}: {compared} addresses compared, {inlined} in inlined calls, {differences.Count} differ");
        output.WriteLine(string.Join('\n', differences.Take(20)));
        Assert.InRange(inlined, 3000, int.MaxValue);
        // Debug information has no code of wrappers that the compiler made, and writes out what the table abbreviates: type..eq.[...]T.
        Assert.InRange(differences.Count, 0, compared / 200);
        Assert.InRange(compared, 10_000, int.MaxValue);
    }

    // For the innermost inlined call addr2line often prints the name of the symbol around it instead.
    private static bool IsSame(string[] names, string[] debug)
    {
        if (debug.Length > 1 && FunctionOf(debug[0]) == FunctionOf(debug[^1]))
            debug[0] = $"{FunctionOf(names[0])} {debug[0].Split(' ')[^1]}";
        return names.SequenceEqual(debug);
    }

    private static string FunctionOf(string frame) => frame[..frame.LastIndexOf(' ')];

    private GoSymbols Open(string program, out ElfFile file)
    {
        file = ElfImages.Open(program);
        long started = Stopwatch.GetTimestamp();
        GoSymbols? symbols = GoSymbols.Open(file);
        output.WriteLine($"{Path.GetFileName(program)}: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F1} ms");
        Assert.NotNull(symbols);
        return symbols;
    }

    private string[] NamesAt(string program, ulong[] addresses)
    {
        GoSymbols symbols = Open(program, out ElfFile file);
        using ElfFile owned = file;
        return NamesAt(symbols, addresses);
    }

    // Innermost first; a star marks what was inlined.
    private static string[] NamesAt(GoSymbols symbols, ulong[] addresses)
    {
        var names = new string[addresses.Length];
        var frames = new List<CodeFrame>();
        for (int i = 0; i < addresses.Length; i++)
        {
            frames.Clear();
            symbols.TryFind(addresses[i], frames, out _);
            names[i] = string.Join(" < ", frames.Select(frame => $"{frame.Function} {Path.GetFileName(frame.File)}:{frame.Line}{(frame.IsInlined ? "*" : "")}"));
        }

        return names;
    }

    // The -a option prints each address before its frames, each of two lines.
    private static string[] DebugNamesAt(string program, ulong[] addresses)
    {
        string input = string.Concat(addresses.Select(address => $"0x{address:x}\n"));
        // The linker's name of assembly code says how it is called.
        string text = GoPrograms.Run(new ProcessStartInfo("addr2line", ["-a", "-f", "-i", "-e", program]), input).Replace(".abi0\n", "\n", StringComparison.Ordinal);
        var names = new List<string>();
        foreach (string block in text.Split("0x0", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = block.TrimEnd('\n').Split('\n');
            int frames = (lines.Length - 1) / 2;
            names.Add(string.Join(" < ", Enumerable.Range(0, frames).Select(i =>
                $"{lines[1 + (2 * i)]} {Path.GetFileName(lines[2 + (2 * i)].Split(' ')[0])}{(i < frames - 1 ? "*" : "")}")));
        }

        return [.. names];
    }

    // Places in every function: the first instruction, and some inside.
    private static ulong[] AddressesIn(string program) =>
    [
        .. from symbol in NmSymbol.ReadFunctions(program).Values
           where symbol.Size > 0
           from part in (ulong[])[0, 1, 2, 3, 4, 5, 6]
           select symbol.Address + (symbol.Size * part / 7),
    ];
}
