// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Native;
using Xunit;

namespace Tracer.Stacks.Tests.Native;

/// <summary>Separate and supplementary debug files, whom they are accepted from, and their bounds.</summary>
public sealed class DebugFileTests : IClassFixture<InliningPrograms>, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _program;
    private readonly NmSymbol _serve;

    public DebugFileTests(InliningPrograms programs)
    {
        _program = programs["gcc-5"];
        _serve = NmSymbol.ReadFunctions(_program)["serve"];
    }

    private SymbolizerOptions Options => new() { DebugRoot = _folder.Path, SourceLines = SourceLines.TrustedFiles };

    [Fact]
    public void Stripped_program_has_the_lines_of_its_separate_debug_file()
    {
        TargetProgram.Run("strip", "-o", _folder["stripped"], _program);
        string debugFile = AddDebugFile(_program);
        using (var module = new OpenedModule(_folder["stripped"], isTrusted: false, Options))
            Assert.Equal(("serve", 16u), At(module));

        // Anybody could have written it.
        TargetProgram.Run("chmod", "o+w", debugFile);
        using (var module = new OpenedModule(_folder["stripped"], isTrusted: false, Options))
            Assert.Equal(("serve", 0u), At(module));
        using (var module = new OpenedModule(_folder["stripped"], isTrusted: false, Options with { SourceLines = SourceLines.All }))
            Assert.Equal(("serve", 16u), At(module));
    }

    [Fact]
    public void Program_that_is_not_trusted_has_the_lines_of_the_debug_file_that_is()
    {
        using (var module = new OpenedModule(_program, isTrusted: false, Options))
            Assert.Equal(("serve", 0u), At(module));
        AddDebugFile(_program);
        using (var module = new OpenedModule(_program, isTrusted: false, Options))
            Assert.Equal(("serve", 16u), At(module));
        using (var module = new OpenedModule(_program, isTrusted: false, Options with { SourceLines = SourceLines.Off }))
            Assert.Equal(("serve", 0u), At(module));
    }

    [Fact]
    public void More_debug_information_than_the_bound_is_left_alone()
    {
        using (var module = new OpenedModule(_program, isTrusted: true, Options))
        {
            Assert.Equal(("serve", 16u), At(module));
            Assert.InRange(module.DebugInfoBytes, 1000, new FileInfo(_program).Length * 2);
        }

        using (var module = new OpenedModule(_program, isTrusted: true, Options with { MaxDebugInfoBytes = 1000 }))
        {
            Assert.Equal(("serve", 0u), At(module));
            Assert.Equal(0, module.DebugInfoBytes);
        }
    }

    [Fact]
    public void Supplementary_file_is_followed_when_it_is_there_and_nothing_is_guessed_when_it_is_not()
    {
        string first = _folder["first"], second = _folder["second"], supplement = _folder["supplement.debug"];
        File.Copy(_program, first);
        File.Copy(_program, second);
        TargetProgram.Run("dwz", "-m", supplement, first, second);
        using (var module = new OpenedModule(first, isTrusted: true, Options))
            Assert.Equal(("serve", 16u), At(module));

        // Moved into the name of its build id.
        string moved = AddDebugFile(supplement);
        File.Delete(supplement);
        using (var module = new OpenedModule(first, isTrusted: true, Options))
            Assert.Equal(("serve", 16u), At(module));
        using (var module = new OpenedModule(first, isTrusted: true, Options with { DebugRoot = "" }))
            Assert.Equal(("serve", 0u), At(module));

        // One that leads on to a third file is none that dwz made.
        File.WriteAllBytes(_folder["link"], [.. "/dev/zero\0"u8, .. new byte[20]]);
        TargetProgram.Run("objcopy", "--add-section", $".gnu_debugaltlink={_folder["link"]}", moved);
        using (var module = new OpenedModule(first, isTrusted: true, Options))
            Assert.Equal(("serve", 0u), At(module));
    }

    [Theory]
    [InlineData("/dev/zero\0", true)]
    [InlineData("/dev/zero", false)]
    [InlineData("", false)]
    public void Supplementary_file_outside_of_the_debug_root_is_not_opened(string link, bool hasId)
    {
        byte[] content = [.. System.Text.Encoding.ASCII.GetBytes(link), .. hasId ? new byte[20] : []];
        File.WriteAllBytes(_folder["link"], content);
        TargetProgram.Run("objcopy", "--add-section", $".gnu_debugaltlink={_folder["link"]}", _program, _folder["linked"]);
        using var module = new OpenedModule(_folder["linked"], isTrusted: true, Options with { SourceLines = SourceLines.All });

        Assert.Equal(("serve", 0u), At(module));
    }

    public void Dispose() => _folder.Dispose();

    private (string Function, uint Line) At(OpenedModule module) => module.Find(_serve.Address).Frames is [CodeFrame frame] ? (frame.Function, frame.Line) : default;

    private string AddDebugFile(string path)
    {
        string id = TargetProgram.Run("readelf", "-n", path).Split("Build ID: ")[1].Split('\n')[0].Trim();
        string debugFile = _folder[$".build-id/{id[..2]}/{id[2..]}.debug"];
        Directory.CreateDirectory(Path.GetDirectoryName(debugFile)!);
        File.Copy(path, debugFile);
        return debugFile;
    }
}
