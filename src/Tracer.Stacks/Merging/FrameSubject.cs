// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Merging;

/// <summary>What a rule looks at.</summary>
internal enum FrameSubject
{
    Function,

    /// <summary>The file name of the mapped file.</summary>
    ModuleName,

    /// <summary>The whole path of the mapped file.</summary>
    ModulePath,

    /// <summary>The source file.</summary>
    File,
}
