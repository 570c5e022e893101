// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks;

/// <summary>Whose debug information is read for source lines and inlined functions. The library that reads it is not made for hostile files.</summary>
public enum SourceLines
{
    /// <summary>Files that only root could have written, and not from inside a container.</summary>
    TrustedFiles,

    /// <summary>Every file: for hosts whose users are trusted.</summary>
    All,

    /// <summary>None.</summary>
    Off,
}
