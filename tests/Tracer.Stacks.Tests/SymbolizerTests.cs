// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Stacks.Tests;

/// <summary>Symbolizes live programs; nm and the program itself say what is right.</summary>
public sealed class SymbolizerTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    private readonly ProcfsRoot _root = new();

    [Fact]
    public void Functions_of_a_position_independent_program_are_named() => Assert_all_functions_are_named(programs.Dynamic);

    [Fact]
    public void Functions_of_a_program_at_fixed_addresses_are_named() => Assert_all_functions_are_named(programs.NoPie);

    [Fact]
    public void Functions_of_a_static_position_independent_program_are_named() => Assert_all_functions_are_named(programs.StaticPie);

    [Fact]
    public void Stripped_program_gives_module_and_linked_address_instead_of_a_wrong_name()
    {
        using TargetProgram target = TargetProgram.Start(programs.Stripped);
        ulong address = ReadyAddress(target);
        using var symbolizer = new Symbolizer(_root);

        ResolvedFrame frame = Assert.Single(symbolizer.Resolve(target.Pid, [address]));

        Assert.Equal("", frame.Function);
        Assert.Equal(programs.Stripped, frame.Module);
        Assert.Equal(TargetProgram.ReadSymbols(programs.Dynamic)["plain_function"], frame.Offset);
        Assert.NotEqual("", frame.BuildId);
    }

    [Fact]
    public void Deleted_program_is_read_through_its_mapping()
    {
        string path = programs.PathOf("deleted");
        File.Copy(programs.Dynamic, path);
        using TargetProgram target = TargetProgram.Start(path);
        File.Delete(path);
        using var symbolizer = new Symbolizer(_root);

        ResolvedFrame frame = Assert.Single(symbolizer.Resolve(target.Pid, [ReadyAddress(target)]));

        Assert.Equal("plain_function", frame.Function);
        Assert.Equal(path, frame.Module);
    }

    private void Assert_all_functions_are_named(string path)
    {
        using TargetProgram target = TargetProgram.Start(path);
        Dictionary<string, ulong> symbols = TargetProgram.ReadSymbols(path);
        ulong bias = ReadyAddress(target) - symbols["plain_function"];
        using var symbolizer = new Symbolizer(_root);
        (string Mangled, string Readable)[] expected =
        [
            ("plain_function", "plain_function"),
            ("_ZNK4game4Conn11on_readableEPKc", "game::Conn::on_readable(char const*) const"),
            ("_ZN4game5twiceIiEET_S1_", "int game::twice<int>(int)"),
            ("_ZL14local_functioni", "local_function(int)"),
            ("main", "main"),
        ];
        // The second is a return address just behind the function's first byte: it belongs to the call before.
        ulong[] addresses = [.. expected.SelectMany(e => new[] { symbols[e.Mangled] + bias + 2 })];

        IReadOnlyList<ResolvedFrame> frames = symbolizer.Resolve(target.Pid, addresses);

        Assert.Equal(expected.Select(e => e.Readable), frames.Select(f => f.Function));
        Assert.All(frames, f => Assert.Equal(2UL, f.Offset));
        Assert.All(frames, f => Assert.Equal(path, f.Module));
        string[] notes = TargetProgram.Run("readelf", "-n", path).Split("Build ID: ");
        Assert.Equal(notes[1].Split('\n')[0].Trim(), frames[0].BuildId);
    }

    private static ulong ReadyAddress(TargetProgram target) =>
        ulong.Parse(target.ReadyLine[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
