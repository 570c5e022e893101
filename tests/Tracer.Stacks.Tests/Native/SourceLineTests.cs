// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Linux;
using Tracer.Stacks.Native;
using Xunit;

namespace Tracer.Stacks.Tests.Native;

/// <summary>Source lines and inlined functions; addr2line says what is right.</summary>
public sealed class SourceLineTests(InliningPrograms programs) : IClassFixture<InliningPrograms>
{
    private readonly Demangler _demangler = Demangler.Load();

    public static TheoryData<string> Kinds => ["gcc-4", "gcc-5", "gcc-compressed", "clang-4", "clang-5"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Inlined_functions_come_before_the_function_that_they_are_in(string kind)
    {
        using var module = new OpenedModule(programs[kind]);
        NmSymbol serve = NmSymbol.ReadFunctions(programs[kind])["serve"];

        NativeCode code = Range(serve).Select(a => module.Find(a)).First(c => c.Frames.Length == 4);

        // GCC gives functions that no other file can call no mangled name, so their arguments are not known.
        string fill = kind.StartsWith("gcc", StringComparison.Ordinal) ? "" : "(net::Conn const&, char*)";
        (string, string, uint, bool)[] expected =
        [
            ("net::Conn::read_once(char*) const", programs["conn.h"], 8, true),
            ($"net::(anonymous namespace)::fill{fill}", programs["serve.cpp"], 6, true),
            ("long net::handle<long>(net::Conn const&, char*)", programs["serve.cpp"], 11, true),
            ("serve", programs["serve.cpp"], 19, false),
        ];
        Assert.Equal(expected, code.Frames.Select(f => (f.Function, f.File, f.Line, f.IsInlined)));
        Assert.Equal(serve.Address, code.Start);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Inlined_functions_of_a_function_in_a_namespace_are_found(string kind)
    {
        using var module = new OpenedModule(programs[kind]);
        NmSymbol pump = NmSymbol.ReadFunctions(programs[kind])["_ZN3net4pumpEi"];

        NativeCode code = Range(pump).Select(a => module.Find(a)).First(c => c.Frames.Length == 4);

        Assert.Equal(("net::pump(int)", 29u), (code.Frames[3].Function, code.Frames[3].Line));
        Assert.Equal("net::Conn::read_once(char*) const", code.Frames[0].Function);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_address_has_the_frames_that_addr2line_gives_it(string kind)
    {
        using var module = new OpenedModule(programs[kind]);
        Dictionary<string, NmSymbol> functions = NmSymbol.ReadFunctions(programs[kind]);
        ulong[] addresses = [.. new[] { "serve", "main", "_ZN3net4pumpEi" }.Concat(functions.Keys.Where(n => n.Contains("serve_twice", StringComparison.Ordinal)))
            .SelectMany(name => Range(functions[name]))];

        foreach ((ulong address, List<(string Function, string Place)> expected) in AskAddr2Line(programs[kind], addresses))
        {
            CodeFrame[] frames = module.Find(address).Frames;
            Assert.Equal(expected.Select(e => e.Place), frames.Select(f => $"{Path.GetFileName(f.File)}:{f.Line}"));
            // For part of an inlined function that lies apart from the rest addr2line gives the outermost name instead of the innermost.
            Assert.Equal(expected.Skip(1).Select(e => e.Function), frames.Skip(1).Select(f => Bare(f.Function)));
            Assert.Contains(expected[0].Function, (string[])[Bare(frames[0].Function), Bare(frames[^1].Function)]);
        }
    }

    private static IEnumerable<ulong> Range(NmSymbol function)
    {
        for (ulong i = 0; i < function.Size; i++)
            yield return function.Address + i;
    }

    private Dictionary<ulong, List<(string Function, string Place)>> AskAddr2Line(string path, ulong[] addresses)
    {
        var answers = new Dictionary<ulong, List<(string, string)>>();
        string[] lines = TargetProgram.Run("addr2line", ["-e", path, "-a", "-f", "-i", .. addresses.Select(a => $"{a:x}")]).Split('\n');
        List<(string, string)> current = [];
        for (int i = 0; i + 1 < lines.Length; i++)
        {
            if (lines[i].StartsWith("0x", StringComparison.Ordinal))
            {
                answers[ulong.Parse(lines[i].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)] = current = [];
                continue;
            }

            string place = Path.GetFileName(lines[i + 1]).Split(" (")[0];
            current.Add((Bare(_demangler.Demangle(lines[i])), place.Replace("?", "0", StringComparison.Ordinal)));
            i++;
        }

        return answers;
    }

    // addr2line has the plain name where there is no mangled one.
    private static string Bare(string function) => function.Replace("(anonymous namespace)::", "", StringComparison.Ordinal).Split('(', '<')[0].Split("::")[^1];
}
