// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>Looks up what a layout needs, with the names it has in different versions, and notes what is not there.</summary>
internal sealed class LayoutFinder(VmStructs structs)
{
    internal VmStructs Structs => structs;

    /// <summary>The first name that was needed and is not there; empty when all are.</summary>
    internal string Missing { get; private set; } = "";

    /// <summary>A field under the first of its names that exists.</summary>
    internal VmField Field(params ReadOnlySpan<string> names)
    {
        VmField? field = Optional(names);
        if (field is null)
            Miss(names[0]);
        return field ?? default;
    }

    internal VmField? Optional(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (structs.Fields.TryGetValue(name, out VmField field))
                return field;
        }

        return null;
    }

    /// <summary>The address of a static field under the first of its names that exists.</summary>
    internal ulong Static(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (structs.Statics.TryGetValue(name, out ulong address) && address != 0)
                return address;
        }

        Miss(names[0]);
        return 0;
    }

    internal int Size(params ReadOnlySpan<string> types)
    {
        foreach (string type in types)
        {
            if (structs.Sizes.TryGetValue(type, out int size) && size > 0)
                return size;
        }

        Miss(types[0]);
        return 0;
    }

    private void Miss(string name)
    {
        if (Missing.Length == 0)
            Missing = name;
    }
}
