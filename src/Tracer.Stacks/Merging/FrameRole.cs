// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Merging;

/// <summary>Whose code a frame runs, as far as rules can tell.</summary>
public enum FrameRole
{
    /// <summary>The program's own.</summary>
    Own,

    /// <summary>An installed package or a library of the distribution.</summary>
    ThirdParty,

    /// <summary>The language runtime or its standard library.</summary>
    Library,
}
