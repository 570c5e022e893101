// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Merging;

namespace Tracer.Stacks;

/// <summary>The bounds of a symbolizer.</summary>
public sealed record SymbolizerOptions
{
    /// <summary>Bytes of symbol tables and names that are kept.</summary>
    public long MaxModuleBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Files that are kept open; each takes one descriptor, or two with a separate debug file.</summary>
    public int MaxModules { get; init; } = 256;

    /// <summary>Mappings kept over all processes, about 100 bytes each.</summary>
    public int MaxMappings { get; init; } = 256 * 1024;

    /// <summary>Mappings are read again when older than this: an unloaded library's addresses may belong to another one now.</summary>
    public TimeSpan MaxMapsAge { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Mappings are not read again sooner than this, however many unknown addresses come.</summary>
    public TimeSpan MinMapsAge { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where separate debug files are, by build id; empty to use none.</summary>
    public string DebugRoot { get; init; } = "/usr/lib/debug";

    /// <summary>Whose debug information is read (docs/decisions/0007-libdw.md).</summary>
    public SourceLines SourceLines { get; init; } = SourceLines.TrustedFiles;

    /// <summary>Bytes of debug information that are kept in memory; a file with more than this has no lines.</summary>
    public long MaxDebugInfoBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Files whose debug information is kept in memory; each takes one more descriptor, or two.</summary>
    public int MaxDebugInfos { get; init; } = 8;

    /// <summary>Which frame of a stack is the line to show.</summary>
    public UserFrameRules FrameRules { get; init; } = UserFrameRules.Default;
}
